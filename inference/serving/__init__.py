"""Our detectors on a Triton server: what it is given to serve, and the server itself."""
