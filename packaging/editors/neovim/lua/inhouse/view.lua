--- The windows of a conversation, and the keys in them.
local bar = require("inhouse.bar")
local chats = require("inhouse.chat")
local compat = require("inhouse.compat")
local config = require("inhouse.config")
local prompt = require("inhouse.prompt")

local M = {}

local api = vim.api
local WIDE = 120
local NARROWEST = 50
local current

--- The conversation that is shown, or was last.
function M.chat()
  return current
end

--- The one of this number, while it is the current one.
function M.chat_of(number)
  return current and current.number == number and current or nil
end

local function windows_of(buffer)
  return buffer
      and vim.tbl_filter(function(window)
        return api.nvim_win_get_tabpage(window) == api.nvim_get_current_tabpage()
      end, vim.fn.win_findbuf(buffer))
    or {}
end

--- Whether it can be seen in this tab page.
function M.is_open()
  return current ~= nil and #windows_of(current.transcript.buffer) > 0
end

local function size(part, whole, least)
  local wanted = part <= 1 and math.floor(whole * part) or part
  return math.max(1, math.min(math.max(wanted, least), whole - 10))
end

local function split()
  local options = config.get().chat
  local position = options.position
  if position == "auto" then
    position = vim.o.columns >= WIDE and "right" or "bottom"
  end
  if position == "tab" then
    vim.cmd("tab split")
  elseif position == "bottom" then
    vim.cmd(("botright %dsplit"):format(size(options.height, vim.o.lines, 10)))
  else
    local side = position == "left" and "topleft" or "botright"
    vim.cmd(("%s %dvsplit"):format(side, size(options.width, vim.o.columns, NARROWEST)))
  end
  return api.nvim_get_current_win()
end

local PLAIN = {
  number = false,
  relativenumber = false,
  signcolumn = "no",
  foldcolumn = "0",
  list = false,
  spell = false,
  cursorline = false,
  colorcolumn = "",
  wrap = true,
  linebreak = true,
  breakindent = true,
}

local function dress_conversation(window, chat)
  local head = bar.options(chat.number)
  local level = "v:lua.require'inhouse.transcript'.fold_level(%d,v:lnum)"
  compat.set_window(
    window,
    vim.tbl_extend("force", PLAIN, head, {
      conceallevel = 2,
      foldenable = true,
      foldlevel = 0,
      foldmethod = "expr",
      foldexpr = level:format(chat.transcript.buffer),
      foldtext = "v:lua.require'inhouse.transcript'.fold_text()",
      fillchars = "fold: ,eob: ",
      winhighlight = "Folded:InhouseFold",
      scrolloff = 0,
    })
  )
end

local function dress_prompt(window, chat)
  local _, foot = bar.options(chat.number)
  compat.set_window(
    window,
    vim.tbl_extend("force", PLAIN, foot, {
      winfixheight = true,
      fillchars = "eob: ",
    })
  )
end

local function close_together(chat)
  local group = api.nvim_create_augroup("inhouse.windows", { clear = true })
  api.nvim_create_autocmd("WinClosed", {
    group = group,
    callback = function(event)
      local closed = tonumber(event.match)
      if closed ~= chat.windows.conversation and closed ~= chat.windows.prompt then
        return
      end
      api.nvim_clear_autocmds({ group = group })
      vim.schedule(function()
        M.close(chat)
      end)
    end,
  })
end

--- Show the conversation and go to where one writes; `insert` to write at once.
function M.open(insert)
  local chat = current or M.new()
  if not M.is_open() then
    local upper = split()
    api.nvim_win_set_buf(upper, chat.transcript.buffer)
    local height = config.get().chat.prompt_height
    vim.cmd(("belowright %dsplit"):format(height))
    local lower = api.nvim_get_current_win()
    api.nvim_win_set_buf(lower, chat.prompt)
    dress_conversation(upper, chat)
    dress_prompt(lower, chat)
    api.nvim_win_set_cursor(upper, { api.nvim_buf_line_count(chat.transcript.buffer), 0 })
    chat.windows = { conversation = upper, prompt = lower }
    close_together(chat)
  end
  M.focus(insert)
end

--- Go to where one writes.
function M.focus(insert)
  local window = windows_of(current.prompt)[1]
  if window then
    api.nvim_set_current_win(window)
    if insert then
      vim.cmd("startinsert!")
    end
  end
end

--- Close the windows of a conversation; it goes on.
function M.close(chat)
  chat = chat or current
  if not chat then
    return
  end
  for _, buffer in ipairs({ chat.prompt, chat.transcript.buffer }) do
    for _, window in ipairs(vim.fn.win_findbuf(buffer)) do
      if not pcall(api.nvim_win_close, window, true) then
        -- The last window stays, with an empty buffer.
        api.nvim_win_set_buf(window, api.nvim_create_buf(true, false))
      end
    end
  end
end

--- A new conversation in the place of the one before, which is let go.
function M.new()
  local was_open = M.is_open()
  if current then
    M.close()
    current:close()
  end
  local chat
  chat = chats.new(function()
    bar.set_busy("chat", chat == current and chat:is_busy())
  end)
  current = chat
  chat.prompt = prompt.new(chat)
  require("inhouse.chat_keys").map(chat)
  chat:note(("inhouse in %s"):format(vim.fn.fnamemodify(chat.root, ":~")))
  if was_open then
    M.open(false)
  end
  return chat
end

--- Tell that there is a question, where it could be overlooked, and take answers by keys.
function M.show_question(chat)
  require("inhouse.chat_keys").map_answers(chat)
  if chat == current and not M.is_open() then
    vim.notify("inhouse asks for permission: :Inhouse shows the question.", vim.log.levels.WARN)
  end
end

--- Take no more answers.
function M.hide_question(chat)
  require("inhouse.chat_keys").unmap_answers(chat)
end

--- Send what is written.
function M.send()
  local words = prompt.take(current.prompt)
  current.recalled = nil
  if words ~= "" or #current.attached > 0 then
    vim.cmd("stopinsert")
    for _, window in ipairs(vim.fn.win_findbuf(current.transcript.buffer)) do
      local last = api.nvim_buf_line_count(current.transcript.buffer)
      api.nvim_win_set_cursor(window, { last, 0 })
    end
    current:send(words)
  end
end

return M
