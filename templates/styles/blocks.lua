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

-- The size of a drawing in CSS pixels, so that the page keeps its place; loaded when it comes near.
function Image(image)
  local file = html and io.open(folder .. "/" .. image.src:gsub("^%.*/", ""):gsub("%.%./", ""), "r")
  if not file then
    return nil
  end
  local width, height = file:read(2000):match('<svg[^>]- viewBox="0 0 ([%d.]+) ([%d.]+)"')
  file:close()
  if width and not image.attributes.width then
    image.attributes.width = tostring(math.floor(width * 4 / 3 + 0.5))
    image.attributes.height = tostring(math.floor(height * 4 / 3 + 0.5))
  end
  image.attributes.loading = "lazy"
  return image
end

-- Below a figure: its files, and the data that its SVG carries, for the script in charts.html. Titles
-- of panels are for narrow screens; formulas in them are set like all others.
local function curves(div)
  local file = io.open(folder .. div.attributes.figure, "r")
  if not file then
    return nil
  end
  local kind, data = file:read("a"):match('<metadata id="(%l+)">(.-)</metadata>')
  file:close()
  for _, panel in ipairs(data and pandoc.json.decode(data) or {}) do
    local formula, rest = panel.title:match("^%$(.*)%$(.*)$")
    local words = formula and { pandoc.Math("InlineMath", formula), pandoc.Str(rest) } or { pandoc.Str(panel.title) }
    div.content:insert(pandoc.Div({ pandoc.Plain(words) }, pandoc.Attr("", { "panel-title" })))
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
