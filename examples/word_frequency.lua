#!/usr/bin/env lua
-- word_frequency.lua: counts the words of a text and prints the most frequent ones.
--
-- Usage: lua word_frequency.lua [options] [file ...]
--   -n, --top N        how many words to print (default 20)
--   -m, --min-length N ignore words shorter than N letters (default 1)
--   -s, --stop FILE    ignore the words listed in FILE, one a line
--   -i, --ignore-case  count "The" and "the" as one word
--   -c, --csv          print comma-separated values with a header
--   -b, --bars         draw a bar beside each count
--   -h, --help         print this help
--
-- Without a file, standard input is read. Words are runs of letters, digits, apostrophes and bytes
-- beyond ASCII, so UTF-8 text in any alphabet is counted, byte for byte as it was written.

local VERSION = "1.2.0"

local defaults = {
  top = 20,
  min_length = 1,
  stop_file = nil,
  ignore_case = false,
  csv = false,
  bars = false,
}

local function fail(message, ...)
  io.stderr:write("word_frequency: ", string.format(message, ...), "\n")
  os.exit(2)
end

local function usage()
  for line in io.lines(arg[0]) do
    local text = line:match("^%-%- ?(.*)$")
    if text then
      print(text)
    elseif not line:match("^#!") then
      break
    end
  end
  print("word_frequency " .. VERSION)
end

--- Reads a whole number of at least `least` from the value of an option.
local function whole_number(option, value, least)
  local number = tonumber(value)
  if not number or number ~= math.floor(number) or number < least then
    fail("%s wants a whole number of at least %d, not %q", option, least, tostring(value))
  end
  return math.floor(number)
end

--- Splits the command line into options and file names.
local function parse_arguments(arguments)
  local options, files = {}, {}
  for name, value in pairs(defaults) do
    options[name] = value
  end
  local position = 1
  local function next_value(option)
    position = position + 1
    local value = arguments[position]
    if value == nil then
      fail("%s wants a value", option)
    end
    return value
  end
  while position <= #arguments do
    local argument = arguments[position]
    if argument == "-n" or argument == "--top" then
      options.top = whole_number(argument, next_value(argument), 1)
    elseif argument == "-m" or argument == "--min-length" then
      options.min_length = whole_number(argument, next_value(argument), 1)
    elseif argument == "-s" or argument == "--stop" then
      options.stop_file = next_value(argument)
    elseif argument == "-i" or argument == "--ignore-case" then
      options.ignore_case = true
    elseif argument == "-c" or argument == "--csv" then
      options.csv = true
    elseif argument == "-b" or argument == "--bars" then
      options.bars = true
    elseif argument == "-h" or argument == "--help" then
      usage()
      os.exit(0)
    elseif argument == "--" then
      for rest = position + 1, #arguments do
        files[#files + 1] = arguments[rest]
      end
      break
    elseif argument:sub(1, 1) == "-" and argument ~= "-" then
      fail("unknown option %s, try --help", argument)
    else
      files[#files + 1] = argument
    end
    position = position + 1
  end
  return options, files
end

--- Reads the words that are not to be counted.
local function read_stop_words(path, ignore_case)
  local words = {}
  if not path then
    return words
  end
  local file, problem = io.open(path, "r")
  if not file then
    fail("cannot read stop words: %s", problem)
  end
  for line in file:lines() do
    local word = line:match("^%s*(.-)%s*$")
    if word ~= "" then
      words[ignore_case and word:lower() or word] = true
    end
  end
  file:close()
  return words
end

--- Counts the words of one open file into `counts`; answers how many there were.
local function count_words(file, options, stop_words, counts)
  local total = 0
  for line in file:lines() do
    for word in line:gmatch("[%w'\128-\255]+") do
      word = word:gsub("^'+", ""):gsub("'+$", "")
      if options.ignore_case then
        word = word:lower()
      end
      if #word >= options.min_length and not stop_words[word] then
        counts[word] = (counts[word] or 0) + 1
        total = total + 1
      end
    end
  end
  return total
end

--- The words by falling count; words of the same count by the alphabet, so that the output is stable.
local function ranked(counts)
  local words = {}
  for word in pairs(counts) do
    words[#words + 1] = word
  end
  table.sort(words, function(left, right)
    if counts[left] ~= counts[right] then
      return counts[left] > counts[right]
    end
    return left < right
  end)
  return words
end

local function csv_field(text)
  if text:find('[,"\n]') then
    return '"' .. text:gsub('"', '""') .. '"'
  end
  return text
end

local function bar(count, most, width)
  local length = math.max(1, math.floor(count / most * width + 0.5))
  return string.rep("#", length)
end

local function print_csv(words, counts, total, top)
  print("rank,word,count,share")
  for rank = 1, math.min(top, #words) do
    local word = words[rank]
    local share = counts[word] / total
    print(string.format("%d,%s,%d,%.6f", rank, csv_field(word), counts[word], share))
  end
end

local function print_table(words, counts, total, options)
  local shown = math.min(options.top, #words)
  local widest = 4
  for rank = 1, shown do
    widest = math.max(widest, #words[rank])
  end
  local most = counts[words[1]] or 1
  for rank = 1, shown do
    local word = words[rank]
    local percent = counts[word] / total * 100
    local line = string.format("%3d. %-" .. widest .. "s %7d  %5.2f%%", rank, word, counts[word], percent)
    if options.bars then
      line = line .. "  " .. bar(counts[word], most, 40)
    end
    print(line)
  end
  print(string.format("%d words, %d different", total, #words))
end

local function main()
  local options, files = parse_arguments(arg)
  local stop_words = read_stop_words(options.stop_file, options.ignore_case)
  local counts, total = {}, 0
  if #files == 0 then
    files = { "-" }
  end
  for _, path in ipairs(files) do
    local file, problem = io.stdin, nil
    if path ~= "-" then
      file, problem = io.open(path, "r")
    end
    if not file then
      fail("cannot read: %s", problem)
    end
    total = total + count_words(file, options, stop_words, counts)
    if path ~= "-" then
      file:close()
    end
  end
  local words = ranked(counts)
  if options.csv then
    print_csv(words, counts, total, options.top)
  else
    print_table(words, counts, total, options)
  end
end

main()
