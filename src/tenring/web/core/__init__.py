"""What every page shares: settings, addresses, the frame of pages, headers, language, health."""
