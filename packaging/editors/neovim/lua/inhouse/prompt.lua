--- The buffer in which a person writes to the model.
local M = {}

local api = vim.api
local MOST_NAMES = 200

--- A new one.
function M.new(chat)
  local buffer = api.nvim_create_buf(false, true)
  api.nvim_buf_set_name(buffer, ("inhouse://%d/prompt"):format(chat.number))
  vim.bo[buffer].bufhidden = "hide"
  vim.bo[buffer].swapfile = false
  vim.bo[buffer].filetype = "inhouse_prompt"
  vim.bo[buffer].omnifunc = "v:lua.require'inhouse.prompt'.complete"
  api.nvim_create_autocmd("TextChangedI", {
    buffer = buffer,
    callback = M.offer,
  })
  return buffer
end

--- What stands there; it is empty afterwards.
function M.take(buffer)
  local lines = api.nvim_buf_get_lines(buffer, 0, -1, false)
  api.nvim_buf_set_lines(buffer, 0, -1, false, {})
  return vim.trim(table.concat(lines, "\n"))
end

--- Put words there.
function M.put(buffer, words)
  local lines = vim.split(words, "\n", { plain = true })
  api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  for _, window in ipairs(vim.fn.win_findbuf(buffer)) do
    api.nvim_win_set_cursor(window, { #lines, #lines[#lines] })
  end
end

--- Go through what was said before: `step` -1 for older, 1 for newer.
function M.recall(chat, buffer, step)
  local place = (chat.recalled or #chat.sent + 1) + step
  if place < 1 or place > #chat.sent + 1 then
    return
  end
  if not chat.recalled then
    chat.draft = table.concat(api.nvim_buf_get_lines(buffer, 0, -1, false), "\n")
  end
  chat.recalled = place <= #chat.sent and place or nil
  M.put(buffer, chat.sent[place] or chat.draft or "")
end

local function commands(chat, begun)
  local found = {}
  for _, command in ipairs(chat.commands) do
    local word = "/" .. tostring(command.name)
    if vim.startswith(word, begun) then
      local hint = type(command.input) == "table" and command.input.hint or ""
      table.insert(found, {
        word = word,
        abbr = hint ~= "" and word .. " " .. hint or word,
        menu = require("inhouse.text").clean_line(command.description or ""),
      })
    end
  end
  return found
end

local function paths(chat, begun)
  local found = {}
  local base = chat.root .. "/"
  for _, path in ipairs(vim.fn.getcompletion(base .. begun:sub(2), "file")) do
    if #found < MOST_NAMES then
      table.insert(
        found,
        { word = "@" .. path:sub(#base + 1), kind = path:sub(-1) == "/" and "d" or "f" }
      )
    end
  end
  return found
end

-- What is being written before the cursor: "/…" at the very beginning, or "@…".
local function begun_word()
  local row, column = unpack(api.nvim_win_get_cursor(0))
  local before = api.nvim_get_current_line():sub(1, column)
  if row == 1 and before:match("^/%S*$") then
    return before, 0
  end
  local start, mention = before:match("()(@%S*)$")
  if start and (start == 1 or before:sub(start - 1, start - 1):match("%s")) then
    return mention, start - 1
  end
end

local function items(begun)
  local chat = require("inhouse.view").chat()
  if not chat then
    return {}
  end
  return begun:sub(1, 1) == "/" and commands(chat, begun) or paths(chat, begun)
end

--- For 'omnifunc': commands behind "/", paths behind "@".
function M.complete(find_start, base)
  if find_start == 1 then
    local _, start = begun_word()
    return start or -3
  end
  return items(base)
end

--- Show what can be completed as soon as a command or a mention is begun.
function M.offer()
  local begun, start = begun_word()
  if begun and vim.fn.pumvisible() == 0 then
    local found = items(begun)
    if #found > 0 and not (#found == 1 and found[1].word == begun) then
      local before = vim.o.completeopt
      -- Nothing is put into the text before it is chosen.
      vim.o.completeopt = "menuone,noinsert,noselect"
      vim.fn.complete(start + 1, found)
      vim.o.completeopt = before
    end
  end
end

return M
