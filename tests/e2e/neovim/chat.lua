--- A conversation: streamed text, a call with its diff, a question, sessions, the agent's end.
local harness = dofile(vim.env.INHOUSE_TEST_HARNESS)
local api = vim.api

local function ask_and_allow()
  vim.cmd("edit notes.txt")
  local file = api.nvim_get_current_buf()
  api.nvim_buf_set_lines(file, 0, -1, false, { "Buy milk and bread." })
  vim.cmd("Inhouse change the notes")
  local view = require("inhouse.view")
  local chat = view.chat()
  local questions = require("inhouse.questions")
  harness.wait("it asks", function()
    return questions.current(chat) ~= nil
  end)
  harness.holds(harness.screen(), "│ -Buy milk and bread.")
  harness.holds(harness.screen(), "│ +Buy tea and bread.")
  harness.holds(harness.screen(), "1 y  Allow once")
  -- A machine that does much else may have let time pass already: it is set back, and then forth.
  local question = questions.current(chat)
  question.since = math.max(question.since, vim.loop.now())
  harness.same(questions.answer(chat, "y"), false, "a key that was pressed too early")
  question.since = question.since - 450
  harness.same(questions.answer(chat, "x"), false, "a key that is no answer")
  api.nvim_set_current_win(chat.windows.prompt)
  api.nvim_buf_set_lines(chat.prompt, 0, -1, false, { "and then" })
  harness.press("yy")
  harness.same(questions.current(chat) ~= nil, true, "a letter while something is written")
  api.nvim_buf_set_lines(chat.prompt, 0, -1, false, {})
  harness.press("y")
  harness.settled()
  harness.holds(harness.screen(), "→ Allow once")
  harness.holds(harness.screen(), "✻ Thought\n│ Tea is\n│ wanted.\n✓ read notes.txt")
  harness.holds(harness.screen(), "  ☑ read\n  ▸ change milk")
  harness.lacks(harness.screen(), "✓ plan")
  harness.same(require("inhouse").status(), "", "status")
  harness.holds(harness.screen(), "The notes say tea now.")
  harness.same(harness.text(file), "Buy tea and bread.", "the buffer")
  harness.same(vim.bo[file].modified, false, "modified")
  harness.same(vim.fn.readfile("notes.txt"), { "Buy tea and bread." }, "the file")
  return chat, file
end

local function jump(chat, file)
  api.nvim_set_current_win(chat.windows.conversation)
  vim.fn.search("edit")
  harness.press("<CR>")
  harness.same(api.nvim_get_current_buf(), file, "Enter goes to the file")
end

local function cancel(chat)
  vim.cmd("Inhouse tell a long story")
  harness.wait("it begins", function()
    return harness.screen():find("Once upon a time", 1, true) ~= nil
  end)
  vim.cmd("InhouseCancel")
  harness.settled()
  harness.holds(harness.screen(), "Interrupted.")
  harness.same(chat.state, "idle", "state")
end

local function modes(chat)
  harness.same(chat.mode, "ask", "mode")
  vim.cmd("InhouseMode plan")
  harness.wait("the mode changes", function()
    return chat.mode == "plan"
  end)
  chat:next_mode()
  harness.wait("the next mode", function()
    return chat.mode == "ask"
  end)
end

local function complete_commands(chat)
  local words = {}
  api.nvim_set_current_win(chat.windows.prompt)
  api.nvim_set_current_line("/un")
  api.nvim_win_set_cursor(0, { 1, 3 })
  for _, item in ipairs(require("inhouse.prompt").complete(0, "/un")) do
    table.insert(words, item.word)
  end
  harness.same(words, { "/undo" }, "commands")
  api.nvim_set_current_line("")
end

local function attach(chat)
  vim.cmd("edit notes.txt")
  api.nvim_buf_set_lines(0, 1, -1, false, { "And sugar." })
  vim.cmd("2InhouseAdd")
  vim.cmd("InhouseAdd other.txt")
  vim.cmd("InhouseAdd nothing.txt")
  harness.holds(harness.notices[#harness.notices], "There is no file nothing.txt.")
  harness.same(#chat.attached, 2, "attachments")
  vim.cmd("edit!")
  vim.cmd("Inhouse look at these")
  harness.settled()
  harness.holds(harness.screen(), "▌ + notes.txt:2-2")
  harness.same(#chat.attached, 0, "attachments that are left")
end

local function go_on_with_a_session(before)
  local names = {}
  vim.ui.select = function(items, options, choose)
    for _, item in ipairs(items) do
      table.insert(names, options.format_item(item))
    end
    choose(items[1])
  end
  vim.cmd("InhouseNew")
  harness.lacks(harness.screen(), "The notes say tea now.")
  vim.cmd("InhouseSessions")
  harness.wait("it is loaded", function()
    return require("inhouse.view").chat().session == before
      and not require("inhouse.view").chat():is_busy()
  end)
  harness.same(#names, 1, "sessions")
  harness.holds(names[1], "change the notes")
  local told = harness.screen()
  harness.holds(told, "▌ change the notes")
  harness.holds(told, "The notes say tea now.")
  vim.cmd("Inhouse once more")
  harness.settled()
  harness.holds(harness.screen(), "Here I am again.")
end

local function windows(chat)
  vim.cmd("Inhouse")
  harness.same(require("inhouse.view").is_open(), false, "closed")
  vim.cmd("Inhouse")
  harness.same(require("inhouse.view").is_open(), true, "open again")
  api.nvim_win_close(chat.windows.prompt, true)
  harness.wait("both are closed", function()
    return not require("inhouse.view").is_open()
  end)
end

harness.run(function()
  require("inhouse").setup(harness.options())
  local chat, file = ask_and_allow()
  jump(chat, file)
  cancel(chat)
  modes(chat)
  complete_commands(chat)
  attach(chat)
  windows(chat)
  go_on_with_a_session(chat.session)
end)
