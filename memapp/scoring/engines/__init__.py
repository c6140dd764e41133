"""The engines that execute a net: torch on any device, onnxruntime on the CPU, with one protocol for both."""
