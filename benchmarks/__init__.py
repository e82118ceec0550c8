"""What the engine gains over plain PyTorch code; `make bench`."""
