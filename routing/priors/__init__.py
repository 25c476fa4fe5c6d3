"""What is known of a patient before the study at hand."""
