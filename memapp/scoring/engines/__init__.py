"""What executes a net: torch on any device, onnxruntime on the CPU. One protocol for both."""
