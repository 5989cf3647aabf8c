--- The plugin as a person has it, for a test that looks at the screen.
local harness = dofile(vim.env.INHOUSE_TEST_HARNESS)
local more = vim.env.INHOUSE_TEST_MODEL and { endpoint = nil, model = vim.env.INHOUSE_TEST_MODEL }
local options = harness.options(more)
options.complete = { enabled = true, budget = 60000, keys = { accept_word = "<F2>" } }
require("inhouse").setup(options)
