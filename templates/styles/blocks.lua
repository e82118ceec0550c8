-- Marks the blocks of the report in every format: what was generated, what the author wrote.
-- Runs in Quarto (filters: in _quarto.yml) and in the built-in renderer.

local html = FORMAT:match("html") ~= nil
local typst = FORMAT:match("typst") ~= nil
local latex = FORMAT:match("latex") ~= nil or FORMAT:match("pdf") ~= nil

-- class, name of the function in typst-template.typ and of the environment in latex.tex, label
local marks = {
  { "answer", "answer", nil },
  { "generated", "generated", "Generated from the records" },
  { "author", "author-words", "In the author’s words" },
  { "smoke", "smoke", "Smoke run" },
  { "cover", "cover", nil },
  { "beside", "beside", nil },
}

-- The content between two raw pieces of a format; `raw` is pandoc.RawBlock or pandoc.RawInline.
local function between(raw, format, open, content, close)
  return pandoc.List({ raw(format, open) }) .. content .. { raw(format, close) }
end

local function mark(div, name, label)
  if typst then
    return between(pandoc.RawBlock, "typst", "#" .. name .. "[" .. (label or "") .. "][", div.content, "]")
  elseif html and label then
    div.content:insert(1, pandoc.Div({ pandoc.Plain(pandoc.Str(label)) },
      pandoc.Attr("", { "block-label" })))
    return div
  elseif latex and name ~= "cover" then
    return between(pandoc.RawBlock, "latex", "\\begin{" .. name .. "}" .. (label and "{" .. label .. "}" or ""),
      div.content, "\\end{" .. name .. "}")
  end
end

local folder = quarto and quarto.project.directory or "."

-- Words of a drawing; formulas in them are set like all others.
local function words(text)
  local found = pandoc.Inlines({})
  for plain, formula in (text:gsub("%s+", " ") .. "$$"):gmatch("([^$]*)%$([^$]*)%$") do
    found:insert(pandoc.Str(plain))
    found:insert(formula ~= "" and pandoc.Math("InlineMath", formula) or pandoc.Str(""))
  end
  return found
end

local NAMED = 130 -- letters of the names below a small picture, at most

-- Of a drawing one panel, without the letters around it, which would be too small to read: the page
-- says in its own what the panel shows. Panel 0 is the last.
local function small(image, panels, width, height)
  local panel = panels[tonumber(table.concat(image.classes, " "):match("panel%-(%d+)"))] or panels[#panels]
  local left, top, right, bottom = table.unpack(panel.box)
  local across, down = (right - left) * width + 3, (bottom - top) * height + 3
  image.src = string.format("%s#svgView(viewBox(%.1f,%.1f,%.1f,%.1f))", image.src,
    left * width - 1.5, top * height - 1.5, across, down)
  image.attributes.width, image.attributes.height = math.floor(2 * across), math.floor(2 * down)
  image.attributes.style = string.format("--ratio:%.3f", across / down)
  local title, shown = panel.title, pandoc.Inlines({})
  for _, above in ipairs(panels) do -- a column of panels has one title
    title = title == "" and above.box[1] == left and above.title or title
  end
  local x, y = panel.x.label, panel.y.label
  local axes = panel.label or y ~= "" and y .. " by " .. x or x
  shown:insert(pandoc.Str(axes:gsub("%s+", " ") .. (title ~= "" and ", " or "")))
  shown:extend(words(title))
  local named, letters = pandoc.Inlines({}), 0
  for _, one in ipairs(panel.series or {}) do
    local dashed = "repeating-linear-gradient(90deg," .. one.color .. " 0 5px,transparent 5px 7px)"
    local swatch = '<i class="key" style="background:' .. (#one.dash > 0 and dashed or one.color) .. '"></i>'
    if one.label ~= "" then
      named:insert(pandoc.Span({ pandoc.RawInline("html", swatch), pandoc.Str(one.label) }))
      letters = letters + utf8.len(one.label)
    end
  end
  local spans = { pandoc.Span(shown, pandoc.Attr("", { "shows" })), image }
  if #named > 1 and letters <= NAMED then
    table.insert(spans, pandoc.Span(named, pandoc.Attr("", { "names" })))
  end
  return spans
end

-- The size of a drawing in CSS pixels, so that the page keeps its place; loaded when it comes near.
function Image(image)
  local file = html and io.open(folder .. "/" .. image.src:gsub("^%.*/", ""):gsub("%.%./", ""), "r")
  if not file then
    return nil
  end
  local drawing = file:read("a")
  file:close()
  local width, height = drawing:sub(1, 2000):match('<svg[^>]- viewBox="0 0 ([%d.]+) ([%d.]+)"')
  local data = width and image.classes:includes("small") and drawing:match('<metadata id="%l+">(.-)</metadata>')
  image.attributes.loading = "lazy"
  if data then
    return small(image, pandoc.json.decode(data), width, height)
  end
  if width and not image.attributes.width then
    image.attributes.width = tostring(math.floor(width * 4 / 3 + 0.5))
    image.attributes.height = tostring(math.floor(height * 4 / 3 + 0.5))
  end
  return image
end

-- Below a figure: its files, and the data that its SVG carries, for the script in charts.html. Titles
-- of panels are for narrow screens.
local function curves(div)
  local file = io.open(folder .. div.attributes.figure, "r")
  if not file then
    return nil
  end
  local kind, data = file:read("a"):match('<metadata id="(%l+)">(.-)</metadata>')
  file:close()
  for _, panel in ipairs(data and pandoc.json.decode(data) or {}) do
    div.content:insert(pandoc.Div({ pandoc.Plain(words(panel.title)) }, pandoc.Attr("", { "panel-title" })))
  end
  if data then
    div.content:insert(pandoc.RawBlock("html", '<script type="application/json" class="' .. kind .. '">' .. data .. "</script>"))
  end
  return div
end

function Div(div)
  if div.classes:includes("on-site") and not html then
    return {}
  elseif div.classes:includes("curves") then
    return curves(div)
  elseif div.classes:includes("evidence-here") then
    return between(pandoc.RawBlock, "html",
      '<details class="evidence-here on-site"><summary>Evidence</summary>', div.content, "</details>")
  end
  for _, entry in ipairs(marks) do
    if div.classes:includes(entry[1]) then
      return mark(div, entry[2], entry[3])
    end
  end
end

-- The link behind a claim: a small [n]. CSS makes it so on screen; on paper it is there if its
-- evidence is.
function Link(link)
  if not html and link.classes:includes("on-site") then
    return {}
  end
  if latex and link.classes:includes("evidence") then
    return pandoc.Superscript({ link })
  end
  if typst and link.classes:includes("evidence") then
    return between(pandoc.RawInline, "typst", "#evidence[", pandoc.Inlines(link), "]")
  end
end

-- Where the figures come from: files beside the site; on paper their names.
function Span(span)
  if html or not span.classes:includes("source") then
    return nil
  end
  local names = span:walk({ Link = function(link) return link.content end }).content
  if typst then
    return between(pandoc.RawInline, "typst", "#source[", names, "]")
  elseif latex then
    return between(pandoc.RawInline, "latex", "\\source{", names, "}")
  end
end

function Table(table)
  if not html then
    return nil
  end
  for _, row in ipairs(table.head.rows) do
    for _, cell in ipairs(row.cells) do
      cell.attr.attributes["scope"] = "col"
    end
  end
  return table
end
