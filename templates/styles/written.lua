-- ::: {.written file="chapters/_generated/x.qmd"}: puts that file in the place of the div.
-- Not an include shortcode: Quarto expands those before the pre-render script has written the
-- file, so that a fresh clone would not render.

local folder = quarto.project.directory or "."

return { {
  Div = function(div)
    if not div.classes:includes("written") then
      return nil
    end
    local path = folder .. "/" .. div.attributes.file
    local file = io.open(path, "r")
    if file == nil then
      error(path .. " is missing; the pre-render script writes it")
    end
    local text = file:read("a")
    file:close()
    if FORMAT:match("latex") or FORMAT:match("pdf") then
      -- LuaTeX takes this sign for bytes that are no text, and stops.
      text = text:gsub("\u{FFFD}", "?")
    end
    return quarto.utils.string_to_blocks(text)
  end
} }
