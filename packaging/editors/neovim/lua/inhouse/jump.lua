--- From a conversation to the place that is meant there.
local M = {}

local api = vim.api

-- A window for a file: the one that was used last, else a new one.
local function window_for_file()
  local candidates = { vim.fn.win_getid(vim.fn.winnr("#")) }
  vim.list_extend(candidates, api.nvim_tabpage_list_wins(0))
  for _, window in ipairs(candidates) do
    if window ~= 0 and api.nvim_win_is_valid(window) then
      local buffer = api.nvim_win_get_buf(window)
      local floats = api.nvim_win_get_config(window).relative ~= ""
      if vim.bo[buffer].buftype == "" and not floats then
        return window
      end
    end
  end
  vim.cmd("topleft vsplit")
  return api.nvim_get_current_win()
end

--- Open a file at a line, beside the conversation.
function M.open(path, line)
  api.nvim_set_current_win(window_for_file())
  local buffer = require("inhouse.files").buffer_of(path)
  if buffer then
    api.nvim_win_set_buf(0, buffer)
  else
    vim.cmd("edit " .. vim.fn.fnameescape(path))
  end
  vim.cmd("normal! m'")
  local last = api.nvim_buf_line_count(0)
  if line then
    api.nvim_win_set_cursor(0, { math.max(1, math.min(line, last)), 0 })
    vim.cmd("normal! zvzz")
  end
end

-- A path, and perhaps a line, in a word such as `app/main.py:12`.
local function place_in(word, root)
  word = word:gsub("^[%p]*([%w_./~])", "%1")
  for _, cut in ipairs({ word, (word:gsub("[^%w_/]+$", "")) }) do
    local path, line = cut:match("^(.-):(%d+)")
    path = path or cut
    for _, full in ipairs({ root .. "/" .. path, vim.fn.expand(path) }) do
      if path ~= "" and vim.fn.filereadable(full) == 1 then
        return full, tonumber(line)
      end
    end
  end
end

--- Go to what stands under the cursor: a path in the text, or where the call was. False for none.
function M.from(chat)
  local path, line = place_in(vim.fn.expand("<cWORD>"), chat.root)
  if not path then
    local block = chat.transcript:block_at(api.nvim_win_get_cursor(0)[1])
    local place = block and block.locations and block.locations[1]
    local known = type(place) == "table" and type(place.path) == "string"
    if not known or vim.fn.filereadable(place.path) == 0 then
      return false
    end
    path, line = place.path, place.line
  end
  M.open(path, line)
  return true
end

return M
