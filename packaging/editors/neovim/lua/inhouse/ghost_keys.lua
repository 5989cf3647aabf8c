--- The keys that hold only while a proposal shows; what they were before comes back.
local config = require("inhouse.config")

local M = {}

local saved

local ACTIONS = {
  accept = "accept",
  accept_line = "accept_line",
  accept_word = "accept_word",
  next = "next",
  previous = "previous",
  dismiss = "dismiss",
}

local function codes(key)
  return vim.api.nvim_replace_termcodes(key, true, true, true)
end

-- What a key means in this buffer alone, or nil.
local function own_mapping(buffer, key)
  for _, mapping in ipairs(vim.api.nvim_buf_get_keymap(buffer, "i")) do
    if codes(mapping.lhs) == codes(key) then
      return mapping
    end
  end
end

local function restore(buffer, key, before)
  pcall(vim.keymap.del, "i", key, { buffer = buffer })
  if not before then
    return
  end
  local script = ("<SNR>%d_"):format(before.sid or 0)
  vim.keymap.set("i", key, before.callback or (before.rhs:gsub("<SID>", script)), {
    buffer = buffer,
    desc = before.desc,
    expr = before.expr == 1,
    silent = before.silent == 1,
    nowait = before.nowait == 1,
    remap = before.noremap == 0,
  })
end

--- Map the keys in a buffer.
function M.map(buffer)
  if saved then
    return
  end
  saved = { buffer = buffer, keys = {} }
  for name, action in pairs(ACTIONS) do
    local key = config.get().complete.keys[name]
    if key then
      saved.keys[key] = own_mapping(buffer, key) or false
      vim.keymap.set("i", key, function()
        require("inhouse.ghost")[action]()
      end, { buffer = buffer, nowait = true, silent = true, desc = "inhouse: " .. name })
    end
  end
end

--- Give them back.
function M.unmap()
  local was = saved
  saved = nil
  if was and vim.api.nvim_buf_is_valid(was.buffer) then
    for key, before in pairs(was.keys) do
      restore(was.buffer, key, before)
    end
  end
end

return M
