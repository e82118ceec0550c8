"""What a suite asks for: validated, frozen, torch-free."""
