--- Changes lines as an instruction says: shown as a diff first, and one step for undo.
local compat = require("inhouse.compat")
local config = require("inhouse.config")
local job = require("inhouse.job")
local text = require("inhouse.text")

local M = {}

local api = vim.api
local SPACE = api.nvim_create_namespace("inhouse.edit")
local FRAME_MS = 200
local NULLS = { luanil = { object = true, array = true } }

local function complain(sentence)
  vim.notify("inhouse: " .. sentence, vim.log.levels.ERROR)
end

-- A sign at the lines that are worked on; gives what takes it away.
local function show_work(buffer, first)
  local started = vim.loop.now()
  local timer = vim.loop.new_timer()
  local mark
  local function draw()
    if not api.nvim_buf_is_valid(buffer) then
      return
    end
    local place = mark and api.nvim_buf_get_extmark_by_id(buffer, SPACE, mark, {})
    local seconds = math.floor((vim.loop.now() - started) / 1000)
    local words = (" ⋯ inhouse is editing, %d s (:InhouseCancel ends it)"):format(seconds)
    mark = api.nvim_buf_set_extmark(buffer, SPACE, place and place[1] or first - 1, 0, {
      id = mark,
      virt_text = { { words, "InhouseWorking" } },
    })
  end
  timer:start(
    0,
    FRAME_MS,
    vim.schedule_wrap(function()
      if timer then
        draw()
      end
    end)
  )
  return function()
    timer:stop()
    timer:close()
    timer = nil
    if mark and api.nvim_buf_is_valid(buffer) then
      api.nvim_buf_del_extmark(buffer, SPACE, mark)
    end
  end
end

-- The lines of the answer that take the place of the lines that were meant. What the model wrote is
-- made safe; what stood there before stays as it is.
local function new_lines(answer, whole, first, last)
  local lines = text.whole_lines(answer.text)
  local found = vim.list_slice(lines, first, #lines - (#whole - last))
  local known = {}
  for place = first, last do
    known[whole[place]] = true
  end
  for place, line in ipairs(found) do
    found[place] = known[line] and line or text.clean(line)
  end
  return found
end

-- Where the lines stand now: they may have moved while the model worked. nil where they changed.
local function find_again(edit)
  if not api.nvim_buf_is_valid(edit.buffer) then
    return nil
  end
  local place = api.nvim_buf_get_extmark_by_id(edit.buffer, SPACE, edit.mark, {})
  local first = place[1] or edit.first - 1
  local now = api.nvim_buf_get_lines(edit.buffer, first, first + #edit.old, false)
  return vim.deep_equal(now, edit.old) and first or nil
end

local function forget(edit)
  if edit.mark and api.nvim_buf_is_valid(edit.buffer) then
    api.nvim_buf_del_extmark(edit.buffer, SPACE, edit.mark)
  end
end

local function apply(edit)
  local first = find_again(edit)
  if not first or not vim.bo[edit.buffer].modifiable then
    complain("These lines have changed in the meantime, so nothing was done.")
    return
  end
  local all = api.nvim_buf_get_lines(edit.buffer, 0, -1, false)
  local lines = vim.list_slice(all, 1, first)
  vim.list_extend(lines, edit.new)
  vim.list_extend(lines, all, first + #edit.old + 1)
  api.nvim_buf_call(edit.buffer, function()
    -- One step for undo, apart from what is being typed.
    vim.cmd("let &undolevels = &undolevels")
  end)
  require("inhouse.files").set_lines(edit.buffer, lines)
end

--- The diff as a window shows it: lines, and a group for each.
function M.preview_lines(edit)
  local lines, groups = { "" }, { "InhouseTitle" }
  local added, removed = 0, 0
  local function joined(list)
    return #list > 0 and table.concat(list, "\n") .. "\n" or ""
  end
  for _, line in ipairs(text.whole_lines(compat.diff(joined(edit.old), joined(edit.new)))) do
    local sign = line:sub(1, 1)
    if sign == "+" then
      added = added + 1
    elseif sign == "-" then
      removed = removed + 1
    end
    local group = sign == "+" and "InhouseAdded" or sign == "-" and "InhouseRemoved" or nil
    local shown = sign == "@" and "⋮" or text.clean(line)
    if sign ~= "\\" and (sign ~= "@" or #lines > 1) then
      table.insert(lines, shown)
      groups[#lines] = group or sign == "@" and "InhouseDim" or nil
    end
  end
  local keys = config.get().edit.keys
  lines[1] = ("+%d −%d   %s takes it, %s leaves it"):format(
    added,
    removed,
    keys.accept or ":InhouseAccept",
    keys.reject or ":InhouseReject"
  )
  return lines, groups
end

local function open_window(buffer, lines)
  local width = 20
  for _, line in ipairs(lines) do
    width = math.max(width, vim.fn.strdisplaywidth(line) + 1)
  end
  width = math.min(width, vim.o.columns - 4)
  local height = math.min(#lines, math.max(3, math.floor(vim.o.lines * 0.7)))
  local row = vim.fn.winline()
  local below = vim.o.lines - row - 4 >= height
  return api.nvim_open_win(buffer, true, {
    relative = "cursor",
    row = below and 1 or 0,
    col = 0,
    anchor = below and "NW" or "SW",
    width = width,
    height = height,
    style = "minimal",
    border = "rounded",
  })
end

--- Show what would change; keys take it or leave it.
function M.preview(edit)
  local lines, groups = M.preview_lines(edit)
  local buffer = api.nvim_create_buf(false, true)
  api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].bufhidden = "wipe"
  vim.bo[buffer].filetype = "inhouse_preview"
  for row, group in pairs(groups) do
    api.nvim_buf_set_extmark(buffer, SPACE, row - 1, 0, {
      end_row = row,
      end_col = 0,
      hl_group = group,
      hl_eol = row > 1,
      strict = false,
    })
  end
  local window = open_window(buffer, lines)
  compat.set_window(window, { wrap = true, breakindent = true })
  local decided = false
  local function decide(accepted)
    if not decided then
      decided = true
      pcall(api.nvim_win_close, window, true)
      if accepted then
        apply(edit)
      end
      forget(edit)
      M.shown = nil
    end
  end
  edit.decide = decide
  M.shown = edit
  local keys = config.get().edit.keys
  for key, accepted in pairs({ [keys.accept or ""] = true, [keys.reject or ""] = false }) do
    if key ~= "" then
      vim.keymap.set("n", key, function()
        decide(accepted)
      end, { buffer = buffer, nowait = true })
    end
  end
  api.nvim_create_autocmd("BufWipeout", {
    buffer = buffer,
    callback = function()
      decide(false)
    end,
  })
end

--- Take or leave the change that is shown.
function M.decide(accepted)
  if M.shown then
    M.shown.decide(accepted)
  end
end

local function finish(edit, answer, direct)
  if not answer.changed then
    vim.notify("inhouse: Nothing had to be changed.")
    forget(edit)
    return
  end
  edit.new = new_lines(answer, edit.whole, edit.first, edit.last)
  if direct or not find_again(edit) then
    apply(edit)
    forget(edit)
  else
    if api.nvim_get_current_buf() == edit.buffer then
      api.nvim_win_set_cursor(0, { find_again(edit) + #edit.old, 0 })
      vim.cmd("stopinsert")
    end
    M.preview(edit)
  end
end

--- Change lines of the current buffer, both ends included, from 1 on. With `direct` without asking.
function M.start(instruction, first, last, direct)
  local buffer = api.nvim_get_current_buf()
  local whole = api.nvim_buf_get_lines(buffer, 0, -1, false)
  local content = text.of_buffer(buffer)
  if not vim.bo[buffer].modifiable then
    complain("This buffer cannot be changed.")
    return
  elseif not text.is_utf8(content) then
    complain("This buffer is not UTF-8.")
    return
  end
  local edit = { buffer = buffer, first = first, last = last, whole = whole }
  edit.old = vim.list_slice(whole, first, last)
  local name = job.name_of(buffer)
  local place = ("%s:%d-%d"):format(name ~= "" and name or "unnamed", first, last)
  local hide = function() end
  local function clean_up()
    hide()
    forget(edit)
  end
  local one = job.run("edit", {
    words = { "--json", "--", place, instruction },
    input = content,
    buffer = buffer,
    about = "edits",
    on_cancel = clean_up,
    on_end = function(code, lines, ended)
      local decoded, answer = pcall(vim.json.decode, lines[#lines] or "", NULLS)
      hide()
      if not decoded or type(answer) ~= "table" or type(answer.text) ~= "string" then
        job.complain(code, ended)
      elseif answer.error then
        complain(text.clean_line(answer.error))
      else
        finish(edit, answer, direct)
        return
      end
      clean_up()
    end,
  })
  if one then
    edit.mark = api.nvim_buf_set_extmark(buffer, SPACE, first - 1, 0, {})
    hide = show_work(buffer, first)
  end
end

return M
