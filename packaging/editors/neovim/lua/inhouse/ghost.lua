--- Proposals while you type: when they are asked for, how long they stand, what is taken of them.
local completer = require("inhouse.completer")
local config = require("inhouse.config")
local keys = require("inhouse.ghost_keys")
local neighbours = require("inhouse.neighbours")
local text = require("inhouse.text")
local view = require("inhouse.ghost_view")

local M = {}

local api = vim.api
local timer = vim.loop.new_timer()
local enabled = false
-- What shows: { buffer, row, column, before, after, texts, index, more }.
local shown

local function cursor()
  local place = api.nvim_win_get_cursor(0)
  return place[1] - 1, place[2]
end

local function inserting()
  return api.nvim_get_mode().mode:sub(1, 1) == "i"
end

--- Whether proposals are made in a buffer; `by_hand` asks for one where they are switched off.
function M.is_wanted(buffer, by_hand)
  local options = vim.bo[buffer]
  if options.buftype ~= "" or not options.modifiable or options.readonly then
    return false
  end
  if by_hand then
    return true
  end
  local own = vim.b[buffer].inhouse_complete
  if own ~= nil then
    return own ~= false and own ~= 0
  end
  local filetypes = config.get().complete.filetypes
  local wanted = filetypes[options.filetype]
  if wanted == nil then
    wanted = filetypes["*"]
  end
  return enabled and wanted ~= false
end

--- Take the proposal away, and give up what was asked for.
function M.clear()
  timer:stop()
  completer.cancel()
  if shown then
    view.clear(shown.buffer)
    keys.unmap()
    shown = nil
  end
  require("inhouse.bar").set_busy("complete", false)
end

local function show()
  local info = #shown.texts > 1 and ("%d/%d"):format(shown.index, #shown.texts) or nil
  view.draw(shown.buffer, shown.row, shown.column, shown.texts[shown.index], info)
  keys.map(shown.buffer)
end

local function usable(texts)
  local found, known = {}, {}
  for _, one in ipairs(texts) do
    local cleaned = type(one) == "string" and text.clean(one) or ""
    if cleaned:find("%S") and not known[cleaned] then
      known[cleaned] = true
      table.insert(found, cleaned)
    end
  end
  return found
end

local function propose(buffer, row, column, texts, index)
  if #texts == 0 then
    return
  end
  local line = api.nvim_buf_get_lines(buffer, row, row + 1, false)[1]
  shown = {
    buffer = buffer,
    row = row,
    column = column,
    before = line:sub(1, column),
    after = line:sub(column + 1),
    texts = texts,
    index = index or 1,
  }
  show()
end

local function ask(candidates, take)
  local buffer = api.nvim_get_current_buf()
  local row, column = cursor()
  local tick = api.nvim_buf_get_changedtick(buffer)
  local request = neighbours.request(buffer, row, column, candidates)
  if not request then
    return
  end
  local bar = require("inhouse.bar")
  bar.set_busy("complete", true)
  completer.ask(request, function(texts)
    bar.set_busy("complete", false)
    local now_row, now_column = cursor()
    local same = api.nvim_get_current_buf() == buffer
      and api.nvim_buf_get_changedtick(buffer) == tick
      and now_row == row
      and now_column == column
    if same and inserting() and vim.fn.pumvisible() == 0 then
      take(buffer, row, column, usable(texts))
    end
  end)
end

--- Ask for a proposal now.
function M.suggest()
  if M.is_wanted(api.nvim_get_current_buf(), true) then
    M.clear()
    ask(1, propose)
  end
end

-- What was typed since the proposal was made, as far as it is the beginning of it; nil when the
-- text has become another.
local function typed()
  local row, column = cursor()
  local line = api.nvim_get_current_line()
  if line:sub(column + 1) ~= shown.after then
    return nil
  end
  if row == shown.row and line:sub(1, #shown.before) == shown.before then
    return column >= #shown.before and line:sub(#shown.before + 1, column) or nil
  elseif row == shown.row + 1 then
    local above = api.nvim_buf_get_lines(shown.buffer, row - 1, row, false)[1]
    if vim.startswith(above, shown.before) then
      return above:sub(#shown.before + 1) .. "\n" .. line:sub(1, column)
    end
  end
end

local function advance()
  if not shown or api.nvim_get_current_buf() ~= shown.buffer then
    return false
  end
  local words = typed()
  if not words then
    return false
  end
  if words == "" then
    return true
  end
  local chosen, rests, index = shown.texts[shown.index], {}, nil
  for _, one in ipairs(shown.texts) do
    if vim.startswith(one, words) and #one > #words then
      table.insert(rests, one:sub(#words + 1))
      index = one == chosen and #rests or index
    end
  end
  if not index then
    return false
  end
  local row, column = cursor()
  propose(shown.buffer, row, column, rests, index)
  return true
end

--- Look at what has changed: go on with the proposal, or ask for another one after a moment.
function M.update()
  local buffer = api.nvim_get_current_buf()
  if not M.is_wanted(buffer) or vim.fn.pumvisible() == 1 or vim.fn.reg_executing() ~= "" then
    M.clear()
    return
  end
  if advance() then
    return
  end
  M.clear()
  timer:start(
    config.get().complete.debounce,
    0,
    vim.schedule_wrap(function()
      if inserting() and vim.fn.pumvisible() == 0 and api.nvim_get_current_buf() == buffer then
        ask(1, propose)
      end
    end)
  )
end

--- Whether a proposal shows.
function M.is_shown()
  return shown ~= nil
end

--- The text that shows, or nil.
function M.text()
  return shown and shown.texts[shown.index]
end

-- Taking it ------------------------------------------------------------------------------------

local function insert(part)
  local was = shown
  local lines = text.lines(part)
  -- One step for undo, apart from what was typed before.
  vim.cmd("let &undolevels = &undolevels")
  api.nvim_buf_set_text(was.buffer, was.row, was.column, was.row, was.column, lines)
  local column = #lines[#lines] + (#lines == 1 and was.column or 0)
  api.nvim_win_set_cursor(0, { was.row + #lines, column })
  if not advance() then
    M.clear()
  end
end

-- Take the beginning of the proposal that `cut` finds. False when nothing shows.
local function accept(cut)
  if not shown then
    return false
  end
  local whole = shown.texts[shown.index]
  insert(whole:sub(1, cut(whole)))
  return true
end

--- Take all of it.
function M.accept()
  return accept(function(whole)
    return #whole
  end)
end

--- Take its first line, or where that is empty the one after it.
function M.accept_line()
  return accept(function(whole)
    local ending = whole:find("\n", whole:sub(1, 1) == "\n" and 2 or 1, true)
    return ending and ending - 1 or #whole
  end)
end

--- Take its first word, with what stands before it.
function M.accept_word()
  return accept(function(whole)
    local _, ending = whole:find("^%s*[%w_\128-\255]+")
    if not ending then
      _, ending = whole:find("^%s*[^%s%w_\128-\255]+")
    end
    return ending or #whole
  end)
end

--- Show another text: `step` 1 for the next, -1 for the one before. Others are asked for at first.
function M.step(step)
  if not shown then
    return
  end
  local wanted = config.get().complete.candidates
  if #shown.texts > 1 or shown.more or wanted < 2 then
    shown.index = (shown.index - 1 + step) % #shown.texts + 1
    show()
    return
  end
  local first = shown.texts[1]
  shown.more = true
  ask(wanted, function(buffer, row, column, texts)
    texts = usable(vim.list_extend({ first }, texts))
    propose(buffer, row, column, texts, (step < 0 and #texts) or math.min(2, #texts))
    shown.more = true
  end)
end

--- Show the next text.
function M.next()
  M.step(1)
end

--- Show the text before this one.
function M.previous()
  M.step(-1)
end

--- Do not show it.
function M.dismiss()
  M.clear()
end

-- When it is looked at -------------------------------------------------------------------------

--- Propose text from now on.
function M.enable()
  enabled = true
  completer.forgive()
  local group = api.nvim_create_augroup("inhouse.ghost", { clear = true })
  local function on(events, action)
    api.nvim_create_autocmd(events, { group = group, callback = action })
  end
  on({ "InsertEnter", "TextChangedI", "CursorMovedI", "CompleteDone" }, M.update)
  on({ "TextChangedP", "CompleteChanged", "InsertLeave", "BufLeave", "WinLeave" }, M.clear)
  on("VimLeavePre", completer.stop)
end

--- Propose nothing more, and end what would.
function M.disable()
  enabled = false
  M.clear()
  completer.stop()
  api.nvim_create_augroup("inhouse.ghost", { clear = true })
end

--- Whether text is proposed.
function M.is_enabled()
  return enabled
end

return M
