--- The keys in the windows of a conversation.
local config = require("inhouse.config")
local prompt = require("inhouse.prompt")
local questions = require("inhouse.questions")

local M = {}

local api = vim.api

local function view()
  return require("inhouse.view")
end

local function mapper(buffer)
  return function(mode, key, action, about)
    if key then
      local options = { buffer = buffer, nowait = true, silent = true, desc = "inhouse: " .. about }
      vim.keymap.set(mode, key, action, options)
    end
  end
end

local function turn(chat, step)
  local line = api.nvim_win_get_cursor(0)[1]
  local turns = chat.transcript:turns()
  local first, last = 1, #turns
  if step < 0 then
    first, last = last, first
  end
  for place = first, last, step do
    if (turns[place] - line) * step > 0 then
      api.nvim_win_set_cursor(0, { turns[place], 0 })
      return
    end
  end
end

local function map_both(chat, map)
  local keys = config.get().chat.keys
  map("n", keys.cancel, function()
    chat:cancel()
  end, "end the running turn")
  map("n", keys.next_mode, function()
    chat:next_mode()
  end, "next mode")
  map("n", keys.help, function()
    require("inhouse.keys_help").show(chat)
  end, "show the keys")
end

local function map_conversation(chat)
  local keys, map = config.get().chat.keys, mapper(chat.transcript.buffer)
  map_both(chat, map)
  for _, key in ipairs({ keys.jump, "gf" }) do
    map("n", key, function()
      if not require("inhouse.jump").from(chat) and vim.fn.foldlevel(".") > 0 then
        vim.cmd("normal! za")
      end
    end, "go to the place that is named, or open the fold")
  end
  map("n", "<Tab>", "za", "open or close the fold")
  map("n", "i", function()
    view().focus(true)
  end, "write")
  map("n", keys.close, function()
    view().close()
  end, "close the windows")
  map("n", keys.next_turn, function()
    turn(chat, 1)
  end, "next turn")
  map("n", keys.previous_turn, function()
    turn(chat, -1)
  end, "previous turn")
end

local function map_prompt(chat)
  local keys, map = config.get().chat.keys, mapper(chat.prompt)
  map_both(chat, map)
  map("n", keys.send, view().send, "send")
  map("i", keys.send_insert, view().send, "send")
  map("i", keys.next_mode, function()
    chat:next_mode()
  end, "next mode")
  for key, step in pairs({ ["<Up>"] = -1, ["<Down>"] = 1 }) do
    map({ "n", "i" }, key, function()
      local line, last = vim.fn.line("."), vim.fn.line("$")
      if vim.fn.pumvisible() == 0 and line == (step < 0 and 1 or last) then
        prompt.recall(chat, chat.prompt, step)
      else
        api.nvim_feedkeys(api.nvim_replace_termcodes(key, true, false, true), "n", false)
      end
    end, step < 0 and "what you said before" or "what you said after that")
  end
end

--- Map the keys in both windows of a conversation.
function M.map(chat)
  map_conversation(chat)
  map_prompt(chat)
end

-- Letters change text where one writes: there only numbers answer, and those letters that mean
-- nothing while nothing is written.
local IN_EMPTY_PROMPT = { y = true, n = true }

local function answers(chat)
  return {
    [chat.transcript.buffer] = { "1", "2", "3", "4", "y", "s", "a", "n" },
    [chat.prompt] = { "1", "2", "3", "4", "y", "n" },
  }
end

local function answer(chat, buffer, key)
  local empty = table.concat(api.nvim_buf_get_lines(buffer, 0, -1, false)) == ""
  if buffer == chat.prompt and IN_EMPTY_PROMPT[key] and not empty then
    api.nvim_feedkeys(key, "n", false)
  else
    questions.answer(chat, key)
  end
end

--- Let keys answer the question that waits.
function M.map_answers(chat)
  for buffer, keys in pairs(answers(chat)) do
    for _, key in ipairs(keys) do
      mapper(buffer)("n", key, function()
        answer(chat, buffer, key)
      end, "answer the question")
    end
  end
end

--- Give the keys back what they always mean.
function M.unmap_answers(chat)
  for buffer, keys in pairs(answers(chat)) do
    for _, key in ipairs(keys) do
      pcall(vim.keymap.del, "n", key, { buffer = buffer })
    end
  end
end

return M
