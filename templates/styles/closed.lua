-- For Typst alone, behind all other filters: _quarto-typst.yml. Runs in Quarto and in the built-in
-- renderer.
-- In Typst's markup, what follows an element without a space may go on with its code: "#emph[a].b()"
-- calls a method, "#emph[a];" swallows the sign. An empty comment ends the code, whatever wrote it,
-- and is nothing behind what is no code.
-- Two slashes would begin a comment; Pandoc 3.8, in Quarto 1.9, shows a backslash before them where
-- they begin a paragraph, so they are written here.

local open = { Str = true, Space = true, SoftBreak = true, LineBreak = true }
local blank = { Space = true, SoftBreak = true, LineBreak = true }

-- Whether a raw piece opens what the following ones are the body of, such as "#evidence[".
local function opens(inline)
  return inline.t == "RawInline" and inline.text:match("[%[%(,]%s*$") ~= nil
end

local function Inlines(inlines)
  local closed = pandoc.Inlines({})
  for i, inline in ipairs(inlines) do
    local rest = inline.t == "Str" and inline.text:match("^//(.*)$")
    if rest then
      closed:insert(pandoc.RawInline("typst", "\\/\\/"))
      inline.text = rest
    end
    if rest ~= "" then
      closed:insert(inline)
    end
    local after = inlines[i + 1]
    if after and not open[inline.t] and not blank[after.t] and after.t ~= "RawInline"
        and not opens(inline) then
      closed:insert(pandoc.RawInline("typst", "/**/"))
    end
  end
  return closed
end

return { { Inlines = Inlines } }
