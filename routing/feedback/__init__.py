"""What readers say of the marks, on its way into the records."""
