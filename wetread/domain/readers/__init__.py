"""Those who read: what they may read, when, and how well as far as anybody knows."""
