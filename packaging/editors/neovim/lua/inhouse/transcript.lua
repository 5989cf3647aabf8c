--- The buffer of a conversation: blocks, drawn anew where they change, followed to their end.
local blocks = require("inhouse.blocks")
local text = require("inhouse.text")

local M = {}

local api = vim.api
local SPACE = api.nvim_create_namespace("inhouse.transcript")
local DRAW_MS = 30
-- Blocks of these kinds stand close together.
local CLOSE = { call = true, thought = true, question = true }

local Transcript = {}
Transcript.__index = Transcript
local of_buffer = {}

--- A new one, in a buffer of its own.
function M.new(name)
  local buffer = api.nvim_create_buf(false, true)
  api.nvim_buf_set_name(buffer, name)
  local self = setmetatable({ buffer = buffer, blocks = {}, dirty = {} }, Transcript)
  of_buffer[buffer] = self
  vim.bo[buffer].bufhidden = "hide"
  vim.bo[buffer].swapfile = false
  vim.bo[buffer].undolevels = -1
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].filetype = "inhouse"
  api.nvim_create_autocmd("BufWipeout", {
    buffer = buffer,
    callback = function()
      of_buffer[buffer] = nil
    end,
  })
  return self
end

--- Add a block at the end; gives it.
function Transcript:add(block)
  local before = self.blocks[#self.blocks]
  block.gap = before ~= nil and not (CLOSE[block.kind] and CLOSE[before.kind])
  block.first = before and before.first + #before.shown or 0
  block.shown = {}
  table.insert(self.blocks, block)
  self:touch(block)
  return block
end

--- The last block, when it is of this kind.
function Transcript:last(kind)
  local block = self.blocks[#self.blocks]
  return block and block.kind == kind and block or nil
end

--- Have a block that changed drawn soon.
function Transcript:touch(block)
  self.dirty[block] = true
  if not self.drawing then
    self.drawing = true
    vim.defer_fn(function()
      self:draw()
    end, DRAW_MS)
  end
end

--- Draw what changed.
function Transcript:draw()
  self.drawing = false
  if not api.nvim_buf_is_valid(self.buffer) then
    return
  end
  local followers = self:followers()
  local dirty = self.dirty
  self.dirty = {}
  vim.bo[self.buffer].modifiable = true
  for place, block in ipairs(self.blocks) do
    local before = self.blocks[place - 1]
    block.first = before and before.first + #before.shown or 0
    if dirty[block] then
      self:draw_block(block, place)
    end
  end
  vim.bo[self.buffer].modifiable = false
  vim.bo[self.buffer].modified = false
  local last = api.nvim_buf_line_count(self.buffer)
  for _, window in ipairs(followers) do
    api.nvim_win_set_cursor(window, { last, 0 })
  end
end

-- Draw one block, and move those below it.
function Transcript:draw_block(block, place)
  local rendered = blocks.render(block)
  local lines, offset = rendered.lines, 0
  if block.gap then
    table.insert(lines, 1, "")
    offset = 1
  end
  local old = block.shown
  local same = 0
  while same < #old and same < #lines and old[same + 1] == lines[same + 1] do
    same = same + 1
  end
  block.shown, block.fold, block.offset = lines, rendered.fold, offset
  -- Folds are computed while the lines are set: those below are looked up at their new places.
  self:shift_after(place, #lines - #old)
  local ending = #old == 0 and block.first == 0 and -1 or block.first + #old
  api.nvim_buf_clear_namespace(self.buffer, SPACE, block.first, block.first + math.max(#old, 1))
  local new = vim.list_slice(lines, same + 1)
  api.nvim_buf_set_lines(self.buffer, block.first + same, ending, false, new)
  for _, mark in ipairs(rendered.marks) do
    local row = block.first + offset + mark[1]
    local options = { hl_group = mark[4] }
    if mark[3] then
      options.end_col = mark[3]
    else
      options.end_row, options.end_col = row + 1, 0
    end
    options.strict = false
    api.nvim_buf_set_extmark(self.buffer, SPACE, row, mark[2], options)
  end
end

-- Blocks that were not drawn yet stand at the end, and take their places when they are.
function Transcript:shift_after(place, count)
  local following = self.blocks[place + 1]
  if count ~= 0 and following and #following.shown > 0 then
    for later = place + 1, #self.blocks do
      self.blocks[later].first = self.blocks[later].first + count
    end
  end
end

--- The windows whose cursor is at the end, and that go on to show it.
function Transcript:followers()
  local last = api.nvim_buf_line_count(self.buffer)
  local found = {}
  for _, window in ipairs(vim.fn.win_findbuf(self.buffer)) do
    if api.nvim_win_get_cursor(window)[1] >= last then
      table.insert(found, window)
    end
  end
  return found
end

--- The block at a line, from 1 on, and the row in it from 0.
function Transcript:block_at(line)
  local low, high = 1, #self.blocks
  while low < high do
    local middle = math.ceil((low + high) / 2)
    if self.blocks[middle].first < line then
      low = middle
    else
      high = middle - 1
    end
  end
  local block = self.blocks[low]
  if block and line > block.first and line <= block.first + #block.shown then
    return block, line - 1 - block.first - (block.offset or 0)
  end
end

--- The lines where the person's turns begin, from 1 on.
function Transcript:turns()
  local found = {}
  for _, block in ipairs(self.blocks) do
    if block.kind == "user" then
      table.insert(found, block.first + (block.offset or 0) + 1)
    end
  end
  return found
end

--- For 'foldexpr'.
function M.fold_level(buffer, line)
  local self = of_buffer[buffer]
  local block, row = nil, 0
  if self then
    block, row = self:block_at(line)
  end
  if not block or not block.fold or row < 0 then
    return "0"
  end
  return row == 0 and ">1" or "1"
end

--- For 'foldtext'.
function M.fold_text()
  local first, last = vim.v.foldstart, vim.v.foldend
  local head = vim.fn.getline(first)
  return ("%s  ⋯ %s"):format(head, text.plural(last - first, "line"))
end

return M
