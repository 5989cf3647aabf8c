"""`inhouse watch`: comments that end in AI! or AI? in saved files start a turn."""
