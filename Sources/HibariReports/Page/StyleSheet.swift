/// The looks of reports. Colors are variables: white paper by default and in print, dark where the reader's system
/// is dark.
enum StyleSheet {
    /// For a page.
    static let page = variables + "\n" + layout + "\n" + picture

    /// For a picture in a file of its own.
    static let standalone = variables + "\n" + picture

    private static let variables = """
        :root{color-scheme:light;\(Palette.declarations(series: Palette.seriesOnLight, Palette.onLight))}
        @media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;\
        \(Palette.declarations(series: Palette.seriesOnDark, Palette.onDark))}}
        \(Palette.seriesOnLight.indices.map { ".s\($0){--c:var(--s\($0))}" }.joined())
        """

    private static let layout = """
        *{box-sizing:border-box}
        body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,\
        "Noto Sans","Noto Sans CJK JP",sans-serif}
        main{max-width:1240px;margin:0 auto;padding:clamp(16px,4vw,48px) clamp(12px,3vw,40px)}
        h1{font-size:clamp(24px,4vw,34px);line-height:1.2;margin:0;letter-spacing:-.015em;overflow-wrap:anywhere}
        header p{color:var(--muted);margin:6px 0 0;overflow-wrap:anywhere}
        h2{font-size:20px;margin:0 0 12px;letter-spacing:-.01em}
        section{margin-top:36px}
        section>p{margin:-6px 0 14px;max-width:75ch;color:var(--muted)}
        .figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(calc(50% - 5px),170px),1fr));gap:10px;margin:22px 0 0}
        .figures div{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:12px 14px}
        dt{color:var(--muted);font-size:13px}
        dd{margin:2px 0 0;font-size:21px;font-weight:600;line-height:1.25;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
        dd.note{font-size:12.5px;font-weight:400;color:var(--muted)}
        .blocks{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:14px}
        .block{background:var(--card);border:1px solid var(--rule);border-radius:12px;padding:16px 18px;min-width:0}
        .wide{grid-column:1/-1}
        .multiples{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,250px),1fr));gap:22px 18px}
        .multiples div{min-width:0}
        figure{margin:0}
        figcaption{font-weight:600;margin:0 0 6px}
        .block p{margin:0;max-width:80ch}
        .block p.caption{color:var(--muted);font-size:13.5px;margin-top:8px}
        .legend{list-style:none;display:flex;flex-wrap:wrap;gap:2px 16px;margin:0 0 2px;padding:0;font-size:13.5px}
        .legend li{display:flex;align-items:center;gap:6px}
        .legend b{font-weight:600;font-variant-numeric:tabular-nums}
        .legend svg{flex:none;overflow:visible}
        .scroll{overflow-x:auto}
        .scroll:focus-visible,summary:focus-visible{outline:2px solid var(--heat);outline-offset:2px}
        table{border-collapse:collapse;font-size:13.5px;font-variant-numeric:tabular-nums;min-width:50%}
        th,td{padding:5px 14px 5px 0;border-bottom:1px solid var(--rule);text-align:left;vertical-align:baseline}
        tbody tr:last-child>*{border-bottom:0}
        thead th{color:var(--muted);font-weight:600;white-space:nowrap}
        .number{text-align:right}
        td.number{white-space:nowrap}
        .pairs{width:100%}
        .pairs th{font-weight:400;color:var(--muted);width:34%}
        .pairs td{overflow-wrap:anywhere}
        code,pre{font:12.5px/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
        pre{margin:0;background:var(--code);border-radius:8px;padding:12px 14px;white-space:pre-wrap;overflow-wrap:anywhere}
        pre.table{white-space:pre;overflow-x:auto}
        details{margin-top:10px;font-size:13.5px}
        summary{color:var(--muted);cursor:pointer;width:max-content}
        details .scroll{max-height:320px;overflow:auto;margin-top:6px}
        .images{display:grid;gap:12px 10px;margin:4px 0 0;padding:0;list-style:none}
        .images li{font-size:12.5px;line-height:1.3;text-align:center;color:var(--muted);min-width:0;overflow-wrap:anywhere}
        .images img{display:block;width:100%;image-rendering:pixelated;border-radius:4px;margin-bottom:4px}
        .images .smooth{image-rendering:auto}
        footer{margin-top:40px;color:var(--muted);font-size:13px}
        @media print{body{background:none;font-size:11pt}main{max-width:none;padding:0}.blocks{grid-template-columns:1fr 1fr}\
        .block,.figures div{break-inside:avoid}\
        h2{break-after:avoid}details{display:none}}
        """

    private static let picture = """
        .plot{padding:26px 16px 42px var(--left)}
        .plot.plain{padding-top:10px}
        .plot.short{padding-bottom:26px}
        .plot.square{max-width:calc(480px + var(--left))}
        .frame{display:block;width:100%;overflow:visible;font-size:12px;font-family:system-ui,-apple-system,"Segoe UI",Roboto,\
        "Noto Sans","Noto Sans CJK JP",sans-serif;font-variant-numeric:tabular-nums}
        .frame text{fill:var(--muted)}
        .grid{stroke:var(--grid)}
        .axis{stroke:var(--rule)}
        .end{text-anchor:end}
        .middle{text-anchor:middle}
        .line{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round;stroke-linecap:round;vector-effect:non-scaling-stroke}
        .raw{stroke-width:1;stroke-opacity:.32}
        .dash1{stroke-dasharray:7 4}
        .dash2{stroke-dasharray:2 4}
        .reference{stroke:var(--muted);stroke-width:1;stroke-dasharray:4 4;vector-effect:non-scaling-stroke}
        .area{fill:var(--c);fill-opacity:.14}
        .point{fill:var(--c);stroke:var(--card);stroke-width:1}
        .bar{fill:var(--c)}
        .heat{fill:var(--heat)}
        .cold{fill:var(--cold)}
        .frame text.strong{fill:var(--on-heat)}
        .frame text.value{fill:var(--ink)}
        .contour{fill:none;stroke:var(--muted);stroke-opacity:.75;stroke-width:1;vector-effect:non-scaling-stroke}
        .outline{fill:none;stroke:var(--rule)}
        """
}
