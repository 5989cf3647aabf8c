--- The files of the editor, for an agent: text that stands unsaved in a buffer counts.
local text = require("inhouse.text")

local M = {}

local NOT_FOUND, INTERNAL_ERROR = -32002, -32603

local function real(path)
  return vim.loop.fs_realpath(path) or vim.fn.fnamemodify(path, ":p")
end

--- The loaded buffer of a file, or nil.
function M.buffer_of(path)
  local wanted = real(path)
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) and vim.bo[buffer].buftype == "" then
      local name = vim.api.nvim_buf_get_name(buffer)
      if name ~= "" and real(name) == wanted then
        return buffer
      end
    end
  end
end

local function read_disk(path)
  local file, problem = io.open(path, "rb")
  if not file then
    return nil, { code = NOT_FOUND, message = problem }
  end
  local content = file:read("*a")
  file:close()
  if not content or not text.is_utf8(content) then
    return nil, { code = INTERNAL_ERROR, message = path .. " is not UTF-8." }
  end
  return content
end

local function slice(content, first, count)
  if not first and not count then
    return content
  end
  local lines = text.lines(content)
  first = math.max(first or 1, 1)
  local last = count and math.min(first + count - 1, #lines) or #lines
  return table.concat(vim.list_slice(lines, first, last), "\n")
end

--- `fs/read_text_file`.
function M.read(params, respond)
  local buffer = M.buffer_of(params.path)
  local content, problem
  if buffer and vim.bo[buffer].modified then
    vim.b[buffer].inhouse_told = vim.api.nvim_buf_get_changedtick(buffer)
    content = text.of_buffer(buffer)
    if not text.is_utf8(content) then
      content, problem = nil, { code = INTERNAL_ERROR, message = params.path .. " is not UTF-8." }
    end
  else
    content, problem = read_disk(params.path)
  end
  respond(content and { content = slice(content, params.line, params.limit) }, problem)
end

--- Give a buffer other lines; those that stay keep their marks, and it is one step for undo.
function M.set_lines(buffer, lines)
  local old = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  local first = 0
  while first < #old and first < #lines and old[first + 1] == lines[first + 1] do
    first = first + 1
  end
  local last = 0
  while
    last < #old - first
    and last < #lines - first
    and old[#old - last] == lines[#lines - last]
  do
    last = last + 1
  end
  if first == #old and first == #lines then
    return
  end
  local new = vim.list_slice(lines, first + 1, #lines - last)
  vim.api.nvim_buf_set_lines(buffer, first, #old - last, false, new)
end

local function write_disk(path, content)
  if read_disk(path) == content then
    return
  end
  local known = vim.loop.fs_stat(path)
  local beside = ("%s.%d.inhouse"):format(path, vim.loop.hrtime())
  local file = assert(vim.loop.fs_open(beside, "wx", known and known.mode % 4096 or 420))
  local written, problem = vim.loop.fs_write(file, content, 0)
  local synced = written == #content and vim.loop.fs_fsync(file)
  vim.loop.fs_close(file)
  if not synced or not vim.loop.fs_rename(beside, path) then
    vim.loop.fs_unlink(beside)
    error(problem or "It could not be written.")
  end
end

local function stamp(path)
  local known = vim.loop.fs_stat(path)
  return known and ("%d.%d %d"):format(known.mtime.sec, known.mtime.nsec, known.size)
end

--- Remember how a file was when its buffer was read or written.
function M.remember(buffer)
  local name = vim.api.nvim_buf_get_name(buffer)
  if name ~= "" and vim.bo[buffer].buftype == "" then
    vim.b[buffer].inhouse_stamp = stamp(name)
  end
end

-- Have a buffer read its file again, which is one step for undo.
local function reload(buffer)
  local options = vim.bo[buffer]
  local before = options.autoread
  options.autoread = true
  pcall(vim.cmd, ("silent! checktime %d"):format(buffer))
  options.autoread = before
end

local function write_buffer(buffer, path, content)
  local untouched = vim.b[buffer].inhouse_stamp == stamp(path)
  if untouched and text.of_buffer(buffer) == content then
    vim.api.nvim_buf_call(buffer, function()
      -- Programs that change text when it is saved would change what inhouse has shown.
      vim.cmd("silent noautocmd write!")
      pcall(vim.cmd, "silent doautocmd <nomodeline> BufWritePost")
    end)
    return
  end
  -- Writing from the buffer would ask the person whether the other text on disk may go.
  write_disk(path, content)
  vim.bo[buffer].modified = false
  reload(buffer)
end

--- `fs/write_text_file`. What the agent has not been told of is not written over.
function M.write(params, respond)
  local path = real(params.path)
  local buffer = M.buffer_of(path)
  local refusal
  if buffer and not vim.bo[buffer].modifiable then
    refusal = params.path .. " cannot be changed here."
  elseif buffer and vim.bo[buffer].modified then
    local tick = vim.api.nvim_buf_get_changedtick(buffer)
    if vim.b[buffer].inhouse_told ~= tick then
      refusal = params.path .. " has changed in the editor since it was read."
    end
  end
  if refusal then
    respond(nil, { code = INTERNAL_ERROR, message = refusal })
    return
  end
  local worked, problem = pcall(function()
    if buffer then
      write_buffer(buffer, path, params.content)
    else
      write_disk(path, params.content)
    end
  end)
  respond(nil, not worked and { code = INTERNAL_ERROR, message = tostring(problem) } or nil)
end

--- Read again what has changed on disk, where nothing unsaved would be lost.
function M.reload()
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    local options = vim.bo[buffer]
    local plain = vim.api.nvim_buf_is_loaded(buffer) and options.buftype == ""
    if plain and not options.modified and vim.api.nvim_buf_get_name(buffer) ~= "" then
      reload(buffer)
    end
  end
end

return M
