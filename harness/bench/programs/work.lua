-- Strings and tables, made and dropped.  work.lua SIZE
local size = tonumber(arg[1])
local kept, bytes = {}, 0
for i = 1, size do
  local record = { id = i, name = "name" .. i, list = {} }
  for j = 1, i % 9 do
    record.list[j] = record.name .. ":" .. j
  end
  kept[i % 5000 + 1] = record
  bytes = bytes + #table.concat(record.list, ",")
end
local words = {}
for i = 1, size do
  words[#words + 1] = string.rep(string.char(97 + i % 26), i % 40 + 1)
end
table.sort(words)
print(bytes, #kept, words[1], #words[#words])
