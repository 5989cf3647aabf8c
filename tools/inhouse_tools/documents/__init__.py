"""Files that are no plain text: images, PDF and notebooks, as a model can read them.

What decodes images and PDF, which may be made to break whatever reads them, runs in a process of
its own: `parse` is that program, `parsing` starts it.
"""
