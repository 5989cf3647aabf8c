--- Draws a proposal at the cursor, without changing the text.
---
--- From Neovim 0.10 on the first line is put between the characters. Before, it lies over what
--- follows the cursor, which is drawn again behind it.
local compat = require("inhouse.compat")

local M = {}

local api = vim.api
local SPACE = api.nvim_create_namespace("inhouse.ghost")
local GHOST, INFO = "InhouseGhost", "InhouseGhostInfo"

-- Tabs as the spaces that they take from a column on.
local function expand(line, column)
  if not line:find("\t", 1, true) then
    return line
  end
  local width = vim.bo.tabstop
  local parts, first = {}, true
  for _, part in ipairs(vim.split(line, "\t", { plain = true })) do
    if not first then
      local gap = width - column % width
      table.insert(parts, (" "):rep(gap))
      column = column + gap
    end
    first = false
    table.insert(parts, part)
    column = column + vim.fn.strdisplaywidth(part)
  end
  return table.concat(parts)
end

-- What follows the cursor, in the colours that it has.
local function coloured(rest, row, column)
  local chunks, at = {}, 1
  for _, char in ipairs(vim.fn.split(rest, "\\zs")) do
    local id = vim.fn.synIDtrans(vim.fn.synID(row + 1, column + at, 1))
    local group = vim.fn.synIDattr(id, "name")
    local last = chunks[#chunks]
    if last and last[2] == group then
      last[1] = last[1] .. char
    else
      table.insert(chunks, { char, group })
    end
    at = at + #char
  end
  for _, chunk in ipairs(chunks) do
    chunk[1] = chunk[1]:gsub("\t", (" "):rep(vim.bo.tabstop))
    chunk[2] = chunk[2] ~= "" and chunk[2] or "Normal"
  end
  return chunks
end

--- The parts of the drawing: how the first line is put there, its chunks, and the lines below.
function M.lay_out(proposal, line, column, inline)
  local lines = vim.split(proposal, "\n", { plain = true })
  local rest = line:sub(column + 1)
  local start = vim.fn.strdisplaywidth(line:sub(1, column))
  local first = { { expand(lines[1], start), GHOST } }
  local below = {}
  for place = 2, #lines do
    -- An empty chunk would be no line at all.
    below[place - 1] = { { expand(lines[place], 0) .. (lines[place] == "" and " " or ""), GHOST } }
  end
  if rest == "" then
    return "overlay", first, below, false
  elseif #lines == 1 then
    return inline and "inline" or "overlay", first, below, not inline
  end
  local gap = vim.fn.strdisplaywidth(rest, start) - vim.fn.strdisplaywidth(first[1][1])
  if gap > 0 then
    table.insert(first, { (" "):rep(gap), "Normal" })
  end
  return "overlay", first, below, true
end

--- Draw a proposal at a place, row and column (bytes) from 0; `info` is said behind it.
function M.draw(buffer, row, column, proposal, info)
  M.clear(buffer)
  local line = api.nvim_buf_get_lines(buffer, row, row + 1, false)[1] or ""
  local how, first, below, again = M.lay_out(proposal, line, column, compat.has_inline())
  if again then
    local rest = coloured(line:sub(column + 1), row, column)
    vim.list_extend(#below > 0 and below[#below] or first, rest)
  end
  if info and how ~= "inline" then
    table.insert(first, { "  " .. info, INFO })
  end
  api.nvim_buf_set_extmark(buffer, SPACE, row, column, {
    virt_text = first,
    virt_text_pos = how,
    virt_lines = #below > 0 and below or nil,
    -- Not the colours of what lies below, such as a pair of brackets.
    hl_mode = "replace",
    right_gravity = true,
  })
  if info and how == "inline" then
    local behind = { virt_text = { { "  " .. info, INFO } }, virt_text_pos = "eol" }
    api.nvim_buf_set_extmark(buffer, SPACE, row, column, behind)
  end
end

--- Take the drawing away.
function M.clear(buffer)
  if api.nvim_buf_is_valid(buffer) then
    api.nvim_buf_clear_namespace(buffer, SPACE, 0, -1)
  end
end

return M
