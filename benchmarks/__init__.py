"""Every claim of speed: us and a named peer, side by side, in one run on one machine."""
