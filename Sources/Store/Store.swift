// placeholder so that the target builds
