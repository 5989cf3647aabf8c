--- What a proposal is asked for: the text around the cursor, and the other open files.
local config = require("inhouse.config")
local text = require("inhouse.text")

local M = {}

local api = vim.api

local function relative(buffer, root)
  local name = api.nvim_buf_get_name(buffer)
  name = name ~= "" and (vim.loop.fs_realpath(name) or name) or ""
  return vim.startswith(name, root .. "/") and name:sub(#root + 2) or vim.fn.fnamemodify(name, ":t")
end

local function is_file(buffer)
  return api.nvim_buf_is_loaded(buffer)
    and vim.bo[buffer].buflisted
    and vim.bo[buffer].buftype == ""
    and api.nvim_buf_get_name(buffer) ~= ""
end

-- The other files that were used last. They are given in an order that does not change with use,
-- and those with unsaved text last: what is the same as the time before is not read again.
local function files(current, root)
  local options = config.get().complete
  local found = {}
  for _, info in ipairs(vim.fn.getbufinfo({ buflisted = 1 })) do
    if info.bufnr ~= current and is_file(info.bufnr) then
      table.insert(found, info)
    end
  end
  table.sort(found, function(one, other)
    if one.lastused ~= other.lastused then
      return one.lastused > other.lastused
    end
    return one.bufnr < other.bufnr
  end)
  found = vim.list_slice(found, 1, options.files)
  table.sort(found, function(one, other)
    if one.changed ~= other.changed then
      return one.changed < other.changed
    end
    return one.bufnr < other.bufnr
  end)
  local given = {}
  for _, info in ipairs(found) do
    local content = text.of_buffer(info.bufnr)
    if #content > options.file_bytes then
      content = content:sub(1, options.file_bytes):gsub("[^\n]*$", "")
    end
    if content ~= "" and text.is_utf8(content) then
      table.insert(given, { file = relative(info.bufnr, root), text = content })
    end
  end
  return given
end

--- The request for a place in a buffer, row and column (bytes) from 0; nil where its text cannot
--- be sent.
function M.request(buffer, row, column, candidates)
  local options = config.get().complete
  local root = config.root()
  local before = api.nvim_buf_get_lines(buffer, 0, row + 1, false)
  local after = api.nvim_buf_get_lines(buffer, row, -1, false)
  before[#before] = before[#before]:sub(1, column)
  after[1] = after[1]:sub(column + 1)
  local prefix, suffix = table.concat(before, "\n"), table.concat(after, "\n") .. "\n"
  if #prefix + #suffix > options.most_bytes then
    return nil
  end
  if not text.is_utf8(prefix) or not text.is_utf8(suffix) then
    return nil
  end
  local others = files(buffer, root)
  return {
    prefix = prefix,
    suffix = suffix,
    file = relative(buffer, root),
    files = #others > 0 and others or nil,
    max_tokens = options.max_tokens,
    budget_ms = options.budget,
    extent = options.extent,
    n = candidates,
  }
end

return M
