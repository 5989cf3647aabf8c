"""llama.cpp in this process: weights, decoding, sampling, constraints, one thread over all."""
