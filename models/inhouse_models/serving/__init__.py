"""The model of this machine for other programs, in the shapes of OpenAI and of llama.cpp."""
