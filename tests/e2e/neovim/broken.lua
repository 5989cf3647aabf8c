--- An agent that writes nonsense, asks for unknown things, floods, and ends; one that is missing.
local harness = dofile(vim.env.INHOUSE_TEST_HARNESS)
local api = vim.api

local function survives_an_agent()
  require("inhouse").setup(harness.options({
    command = { vim.env.INHOUSE_TEST_PYTHON, vim.env.INHOUSE_TEST_BROKEN },
    endpoint = "none",
  }))
  vim.cmd("Inhouse hello")
  local chat = harness.settled()
  local told = harness.screen()
  harness.holds(told, "before\n")
  harness.holds(told, "nonsense after")
  harness.holds(told, "what follows is left out here")
  harness.lacks(told, "\27")
  harness.holds(told, "✗ odd")
  harness.holds(told, "inhouse ended: The model is gone.")
  harness.holds(told, "unknown method -32601")
  harness.same(chat.lost, true, "lost")
  -- It is started again, and the session goes on.
  vim.cmd("Inhouse again")
  harness.settled()
  harness.holds(harness.screen(), "resumed s1")
  harness.same(chat.lost, false, "lost")
end

local function missing_program()
  vim.cmd("InhouseStop")
  harness.holds(harness.screen(), "inhouse was ended.")
  require("inhouse").setup(harness.options({ command = { "no-such-inhouse" } }))
  vim.cmd("InhouseNew")
  vim.cmd("InhouseChat hello")
  harness.settled()
  harness.holds(harness.screen(), "no-such-inhouse cannot be started")
  vim.cmd("enew")
  vim.cmd("1InhouseEdit! change it")
  harness.holds(harness.notices[#harness.notices], "no-such-inhouse cannot be started")
end

local function wrong_options()
  require("inhouse").setup({ comand = "inhouse", chat = { position = "up" }, complete = 3 })
  local said = table.concat(harness.notices, "\n")
  harness.holds(said, "There is no option comand.")
  harness.holds(said, "chat.position is one of auto")
  harness.holds(said, "complete is a table, not a number.")
end

local function text_checks()
  local text = require("inhouse.text")
  harness.same(
    text.clean("a\27[31mb\7\r\nc\td\226\128\174e\239\187\191\194\155f"),
    "ab\nc\tdef",
    "clean"
  )
  harness.same(text.clean("naïve 日本語 🙂"), "naïve 日本語 🙂", "what stays")
  harness.same(text.is_utf8("naïve 日本語 🙂"), true, "UTF-8")
  for _, bad in ipairs({ "\255", "\195", "\237\160\128", "\192\128", "a\240\159" }) do
    harness.same(text.is_utf8(bad), false, vim.inspect(bad))
  end
end

-- Both ways of drawing, no matter which version runs.
local function drawing()
  local view = require("inhouse.ghost_view")
  local how, first, below, again = view.lay_out('"hi"', "print()", 6, true)
  harness.same({ how, first[1][1], #below, again }, { "inline", '"hi"', 0, false }, "inline")
  how, first, below, again = view.lay_out('"hi"', "print()", 6, false)
  harness.same({ how, first[1][1], #below, again }, { "overlay", '"hi"', 0, true }, "overlay")
  how, first, below, again = view.lay_out("a\n\tb", "f(xyz)", 2, true)
  harness.same({ how, first[1][1], first[2][1], again }, { "overlay", "a", "   ", true }, "several")
  harness.same(below[1][1][1], (" "):rep(vim.bo.tabstop) .. "b", "a tab below")
end

-- The client's files: unsaved text is told, and never lost.
local function client_files()
  local files = require("inhouse.files")
  local root = vim.fn.getcwd()
  vim.fn.writefile({ "one", "two" }, "file.txt")
  vim.cmd("edit! file.txt")
  local buffer = api.nvim_get_current_buf()
  api.nvim_buf_set_lines(buffer, 0, 1, false, { "ONE" })
  local function call(name, params)
    local found, failed
    params.path = root .. "/file.txt"
    files[name](params, function(result, problem)
      found, failed = result, problem
    end)
    return found, failed
  end
  harness.same(call("read", {}).content, "ONE\ntwo\n", "unsaved text")
  harness.same(call("read", { line = 2, limit = 1 }).content, "two", "a part")
  api.nvim_buf_set_lines(buffer, 1, 2, false, { "TWO" })
  local _, refused = call("write", { content = "mine\n" })
  harness.holds(refused.message, "has changed in the editor since it was read")
  harness.same(harness.text(buffer), "ONE\nTWO", "what was typed")
  call("read", {})
  local _, problem = call("write", { content = "ONE\nTWO\n" })
  harness.same(problem, nil, "saving")
  harness.same(vim.fn.readfile("file.txt"), { "ONE", "TWO" }, "what was saved")
  harness.same(vim.bo[buffer].modified, false, "modified")
  -- The file changes on disk, and then in the editor.
  vim.fn.writefile({ "three" }, "file.txt")
  _, problem = call("write", { content = "three\n" })
  harness.same(problem, nil, "writing")
  harness.same(harness.text(buffer), "three", "the new text")
  vim.cmd("silent undo")
  harness.same(harness.text(buffer), "ONE\nTWO", "after undo")
  local missing
  files.read({ path = root .. "/nothing" }, function(_, failed)
    missing = failed
  end)
  harness.same(missing.code, -32002, "a file that is not there")
end

-- Every file can be loaded, and the help names every command and option.
local function whole_plugin()
  local root = vim.env.INHOUSE_TEST_PLUGIN
  local paths = vim.fn.globpath(root, "**/*.lua", false, true)
  harness.same(#paths > 30, true, "files")
  for _, path in ipairs(paths) do
    local loaded, problem = loadfile(path)
    harness.same(loaded ~= nil, true, problem)
  end
  local help = table.concat(vim.fn.readfile(root .. "/doc/inhouse.txt"), "\n")
  local commands = 0
  for name in pairs(api.nvim_get_commands({})) do
    if name:find("^Inhouse") then
      commands = commands + 1
      harness.holds(help, ("*:%s*"):format(name))
    end
  end
  harness.same(commands > 15, true, "commands")
  local function look(options)
    for name, value in pairs(options) do
      if type(name) == "string" and name ~= "*" then
        harness.holds(help, name .. " = ")
      end
      if type(value) == "table" then
        look(value)
      end
    end
  end
  look(require("inhouse.config").defaults)
  for group in pairs(require("inhouse.highlights").groups) do
    harness.holds(help, group)
  end
end

harness.run(function()
  whole_plugin()
  text_checks()
  drawing()
  client_files()
  wrong_options()
  survives_an_agent()
  missing_program()
end)
