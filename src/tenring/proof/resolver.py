"""Identity resolver: from a product's identifier to its certificates, passport and criteria, as a linkset (RFC 9264)."""
