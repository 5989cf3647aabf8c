--- Changes of lines: shown, taken, left, undone; and what answers, explains, reviews and commits.
local harness = dofile(vim.env.INHOUSE_TEST_HARNESS)
local api = vim.api

local OLD = "def add(a, b):\n    return a - b\n\n\nprint(add(1, 2))"
local NEW = "def add(a, b):\n    return a + b\n\n\nprint(add(1, 2))"

local function wait_preview()
  harness.wait("the change is shown", function()
    return vim.bo.filetype == "inhouse_preview"
  end)
end

local function leave_then_take(file)
  vim.cmd("1,2InhouseEdit add, not subtract")
  wait_preview()
  harness.holds(harness.text(), "-    return a - b")
  harness.holds(harness.text(), "+    return a + b")
  harness.press("q")
  harness.same(api.nvim_get_current_buf(), file, "back in the file")
  harness.same(harness.text(file), OLD, "what is left alone")

  vim.cmd("1,2InhouseEdit add, not subtract")
  wait_preview()
  harness.press("<CR>")
  harness.same(harness.text(file), NEW, "what is taken")
  vim.cmd("silent undo")
  harness.same(harness.text(file), OLD, "one undo")
end

local function direct(file)
  vim.cmd("1,2InhouseEdit! add, not subtract")
  -- Lines above may come while the model works.
  api.nvim_buf_set_lines(file, 0, 0, false, { "import os" })
  harness.wait("it is changed", function()
    return harness.text(file) == "import os\n" .. NEW
  end)
  vim.cmd("silent undo")
  vim.cmd("silent undo")
  harness.same(harness.text(file), OLD, "after undo")
end

local function changed_meanwhile(file)
  vim.cmd("1,2InhouseEdit! add, not subtract")
  api.nvim_buf_set_lines(file, 0, 1, false, { "def add(a, b, c):" })
  harness.wait("it says so", function()
    return table.concat(harness.notices, "\n"):find("changed in the meantime", 1, true) ~= nil
  end)
  harness.holds(harness.text(file), "return a - b")
  vim.cmd("silent undo")
end

local function cancelled(file)
  vim.cmd("1,2InhouseEdit! add, not subtract")
  vim.cmd("InhouseCancel")
  local space = api.nvim_get_namespaces()["inhouse.edit"]
  harness.wait("nothing is left of it", function()
    return #api.nvim_buf_get_extmarks(file, space, 0, -1, {}) == 0
  end)
  harness.same(harness.text(file), OLD, "what is left alone")
end

local function answer_of(command)
  vim.cmd(command)
  local buffer = vim.fn.winbufnr(vim.fn.winnr("$"))
  harness.wait("an answer to " .. command, function()
    return api.nvim_buf_line_count(buffer) > 2
  end)
  local words = harness.text(buffer)
  vim.cmd(vim.fn.bufwinnr(buffer) .. "close")
  return words
end

local function answers()
  harness.holds(answer_of("InhouseAsk what is this?"), "It adds.")
  harness.holds(answer_of("1InhouseExplain"), "The function adds.")
end

local function review()
  vim.cmd("InhouseReview")
  harness.wait("a finding", function()
    return table.concat(harness.notices, "\n"):find("1 finding.", 1, true) ~= nil
  end)
  local found = vim.fn.getqflist()[1]
  harness.same(found.lnum, 2, "line")
  harness.holds(found.text, "This subtracts.")
  harness.same(vim.fn.fnamemodify(vim.fn.bufname(found.bufnr), ":t"), "sum.py", "file")
  vim.cmd("cclose")
end

local function commit()
  vim.cmd("enew")
  api.nvim_buf_set_lines(0, 0, -1, false, { "", "# Please enter the commit message" })
  vim.bo.filetype = "gitcommit"
  local buffer = api.nvim_get_current_buf()
  vim.cmd("InhouseCommit -a")
  harness.wait("the message", function()
    return api.nvim_buf_line_count(buffer) > 2
  end)
  harness.same(
    api.nvim_buf_get_lines(buffer, 0, 1, false),
    { "Subtract instead of adding" },
    "subject"
  )
  vim.cmd("InhouseCommit -a")
  harness.holds(harness.notices[#harness.notices], "There is a message already.")
end

harness.run(function()
  require("inhouse").setup(harness.options())
  vim.cmd("edit sum.py")
  local file = api.nvim_get_current_buf()
  harness.same(harness.text(file), OLD, "the file")
  leave_then_take(file)
  direct(file)
  changed_meanwhile(file)
  answers()
  review()
  commit()
  api.nvim_set_current_buf(file)
  cancelled(file)
end)
