"""Keys: public ones and how they are written, signers, and where private keys are kept."""
