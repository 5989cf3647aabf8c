"""Text that flows into rows: values that know their rows at a width, and a widget that shows them.

An answer is one widget however long it is, its height is known at once, and a piece that is added
at the end costs nothing for what stands before it.
"""
