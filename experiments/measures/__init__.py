"""What is measured on trained networks: curvature, sensitivity, distances."""
