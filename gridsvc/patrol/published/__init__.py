"""Published instances of routing problems, read and solved by the engine that plans patrols."""
