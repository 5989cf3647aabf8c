--- Proposals: shown where they belong, taken whole, by line and by word, gone with the next key.
local harness = dofile(vim.env.INHOUSE_TEST_HARNESS)
local api = vim.api
local ghost

local function marks()
  local space = api.nvim_get_namespaces()["inhouse.ghost"]
  return api.nvim_buf_get_extmarks(0, space, 0, -1, { details = true })
end

local function drawn()
  local mark = marks()[1]
  local words = ""
  for _, chunk in ipairs(mark and mark[4].virt_text or {}) do
    words = words .. chunk[1]
  end
  return words, mark
end

local function wait_shown()
  harness.wait("a proposal shows", ghost.is_shown)
end

-- Runs steps while Neovim is in insert mode: only then are there proposals.
local function inserting(steps)
  local done, problem
  vim.keymap.set("i", "<F5>", function()
    local passed
    passed, problem = xpcall(steps, debug.traceback)
    done = true
    if passed then
      problem = nil
    end
    vim.cmd("stopinsert")
  end, { buffer = true })
  harness.press("A<F5>")
  harness.wait("the steps end", function()
    return done
  end)
  if problem then
    error(problem, 0)
  end
end

-- What Tab means in this buffer alone.
local function mapped_tab()
  for _, mapping in ipairs(api.nvim_buf_get_keymap(0, "i")) do
    if mapping.lhs:upper() == "<TAB>" then
      return mapping.rhs or mapping.desc
    end
  end
end

local function at_the_end()
  vim.keymap.set("i", "<Tab>", "my own", { buffer = true })
  api.nvim_buf_set_lines(0, 0, -1, false, { "def add(a, b):", "    return " })
  api.nvim_win_set_cursor(0, { 2, 10 })
  inserting(function()
    harness.same(mapped_tab(), "my own", "Tab before")
    ghost.suggest()
    wait_shown()
    local words, mark = drawn()
    harness.same(words, "a + b", "what is drawn")
    harness.same({ mark[2], mark[3] }, { 1, 11 }, "where it is drawn")
    harness.same(harness.text(), "def add(a, b):\n    return ", "the text")
    harness.same(mapped_tab() ~= "my own", true, "Tab while it shows")
    api.nvim_put({ "a +" }, "c", false, true)
    ghost.update()
    harness.same(drawn(), " b", "what is left when its beginning was typed")
    ghost.accept()
    harness.same(harness.text(), "def add(a, b):\n    return a + b", "the text")
    harness.same(api.nvim_win_get_cursor(0), { 2, 16 }, "the cursor")
    harness.same(ghost.is_shown(), false, "shown")
    harness.same(mapped_tab(), "my own", "Tab afterwards")
  end)
end

local function in_parts()
  api.nvim_buf_set_lines(0, 0, -1, false, { "x = " })
  inserting(function()
    ghost.suggest()
    wait_shown()
    harness.same(drawn(), "one(two)", "the first line")
    harness.same(#marks()[1][4].virt_lines, 2, "lines below")
    ghost.accept_word()
    harness.same(harness.text(), "x = one", "a word")
    ghost.accept_word()
    harness.same(harness.text(), "x = one(", "a sign")
    ghost.accept_line()
    harness.same(harness.text(), "x = one(two)", "a line")
    ghost.accept_line()
    harness.same(harness.text(), "x = one(two)\n\tthree", "a line more")
    api.nvim_put({ "!" }, "c", false, true)
    ghost.update()
    harness.same(ghost.is_shown(), false, "shown after another key")
    harness.same(#marks(), 0, "marks")
  end)
end

local function in_the_middle()
  api.nvim_buf_set_lines(0, 0, -1, false, { "print()" })
  inserting(function()
    api.nvim_win_set_cursor(0, { 1, 6 })
    ghost.suggest()
    wait_shown()
    local words, mark = drawn()
    if vim.fn.has("nvim-0.10") == 1 then
      harness.same({ words, mark[4].virt_text_pos }, { '"hi"', "inline" }, "between the characters")
    else
      harness.same({ words, mark[4].virt_text_pos }, { '"hi")', "overlay" }, "over the line")
    end
    ghost.accept()
    harness.same(harness.text(), 'print("hi")', "the text")
  end)
  vim.cmd("silent undo")
  harness.same(harness.text(), "print()", "after undo")
end

local function several()
  api.nvim_buf_set_lines(0, 0, -1, false, { "y = " })
  inserting(function()
    ghost.suggest()
    wait_shown()
    harness.same(ghost.text(), "1", "the first")
    ghost.next()
    harness.wait("another one", function()
      return ghost.text() == "2"
    end)
    harness.same(drawn(), "2  2/3", "with its number")
    ghost.next()
    harness.same(ghost.text(), "3", "the third")
    ghost.next()
    harness.same(ghost.text(), "1", "around")
    ghost.previous()
    harness.same(ghost.text(), "3", "back")
    ghost.dismiss()
    harness.same(ghost.is_shown(), false, "shown")
  end)
end

local function made_safe()
  api.nvim_buf_set_lines(0, 0, -1, false, { "z = " })
  inserting(function()
    ghost.suggest()
    wait_shown()
    harness.same(ghost.text(), "safe text", "without orders to the terminal")
  end)
  harness.same(ghost.is_shown(), false, "shown outside of insert mode")
end

local function by_itself()
  api.nvim_buf_set_lines(0, 0, -1, false, { "w =" })
  inserting(function()
    api.nvim_put({ " " }, "c", false, true)
    ghost.update()
    wait_shown()
    harness.same(ghost.text(), "typed", "asked for by itself")
  end)
end

local function where_not()
  harness.same(ghost.is_wanted(0), true, "in a file")
  vim.bo.readonly = true
  harness.same(ghost.is_wanted(0), false, "in a file that is read only")
  vim.bo.readonly = false
  vim.b.inhouse_complete = false
  harness.same(ghost.is_wanted(0), false, "where it is switched off")
  vim.b.inhouse_complete = nil
  vim.bo.filetype = "help"
  harness.same(ghost.is_wanted(0), false, "in a help file")
  vim.cmd("enew")
  vim.bo.buftype = "prompt"
  harness.same(ghost.is_wanted(0), false, "in a prompt")
end

harness.run(function()
  require("inhouse").setup(harness.options({ complete = { enabled = true, debounce = 1 } }))
  ghost = require("inhouse.ghost")
  vim.cmd("edit other.py")
  vim.cmd("edit sum.py")
  -- Only what the test asks for is asked for.
  api.nvim_clear_autocmds({
    group = "inhouse.ghost",
    event = { "InsertEnter", "CursorMovedI", "TextChangedI" },
  })
  at_the_end()
  in_parts()
  in_the_middle()
  several()
  made_safe()
  by_itself()
  where_not()
end)
