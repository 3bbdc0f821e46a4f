using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security;
using System.Text;

namespace Arm64MmioDecode.Benchmarks.Reports;

/// <summary>A chart of horizontal bars as SVG, for light and dark pages.</summary>
/// <param name="Title">What is compared.</param>
/// <param name="Series">The name of each bar of a row.</param>
/// <param name="Rows">A label and a value for each series; a value that is not a number has no bar.</param>
/// <param name="IsLogarithmic">Whether the bars' lengths are logarithms, from 1 on.</param>
internal sealed record Chart(string Title, IReadOnlyList<string> Series, IReadOnlyList<(string Label, IReadOnlyList<double> Values)> Rows, bool IsLogarithmic = false)
{
    private const int Width = 900;
    private const int LabelWidth = 270;
    private const int ValueWidth = 70;
    private const int BarHeight = 13;
    private const int BarGap = 3;
    private const int RowGap = 12;
    private const int Top = 74;

    public string ToSvg()
    {
        int rowHeight = (Series.Count * (BarHeight + BarGap)) + RowGap;
        int height = Top + (Rows.Count * rowHeight) + 14;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{Width}} {{height}}" width="{{Width}}" height="{{height}}" role="img" aria-labelledby="title">
              <title id="title">{{Escape(Title)}}</title>
              <style>
                .card { fill: #ffffff; stroke: #d0d7de; }
                .bar0 { fill: #0969da; }
                .bar1 { fill: #bf8700; }
                .bar2 { fill: #1a7f37; }
                text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328; }
                .title { font-size: 15px; font-weight: 600; }
                .value { font-size: 12px; fill: #57606a; }
                .label { text-anchor: end; }
                @media (prefers-color-scheme: dark) {
                  .card { fill: #0d1117; stroke: #3d444d; }
                  .bar0 { fill: #4493f8; }
                  .bar1 { fill: #d29922; }
                  .bar2 { fill: #3fb950; }
                  text { fill: #e6edf3; }
                  .value { fill: #9198a1; }
                }
              </style>
              <rect class="card" x="0.5" y="0.5" width="{{Width - 1}}" height="{{height - 1}}" rx="8"/>
              <text class="title" x="20" y="28">{{Escape(Title)}}</text>

            """);
        Legend(text);
        double longest = Rows.SelectMany(row => row.Values).Where(double.IsFinite).Max(Length);
        for (int i = 0; i < Rows.Count; i++)
        {
            int y = Top + (i * rowHeight);
            int middle = y + (Series.Count * (BarHeight + BarGap) / 2) + 3;
            text.Append(CultureInfo.InvariantCulture, $"  <text class=\"label\" x=\"{LabelWidth - 10}\" y=\"{middle}\">{Escape(Rows[i].Label)}</text>\n");
            for (int j = 0; j < Rows[i].Values.Count; j++)
            {
                Bar(text, y + (j * (BarHeight + BarGap)), j, Rows[i].Values[j], longest);
            }
        }

        return text.Append("</svg>\n").ToString();
    }

    private void Legend(StringBuilder text)
    {
        int x = LabelWidth;
        for (int i = 0; i < Series.Count && Series.Count > 1; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"  <rect class=\"bar{i}\" x=\"{x}\" y=\"43\" width=\"12\" height=\"12\" rx=\"2\"/>\n");
            text.Append(CultureInfo.InvariantCulture, $"  <text x=\"{x + 18}\" y=\"54\">{Escape(Series[i])}</text>\n");
            x += 50 + (8 * Series[i].Length);
        }
    }

    private void Bar(StringBuilder text, int y, int series, double value, double longest)
    {
        if (!double.IsFinite(value))
        {
            return;
        }

        double width = Math.Max(2, Length(value) / longest * (Width - LabelWidth - ValueWidth));
        text.Append(CultureInfo.InvariantCulture, $"  <rect class=\"bar{series}\" x=\"{LabelWidth}\" y=\"{y}\" width=\"{width:0.#}\" height=\"{BarHeight}\" rx=\"2\"/>\n");
        text.Append(CultureInfo.InvariantCulture, $"  <text class=\"value\" x=\"{LabelWidth + width + 6:0.#}\" y=\"{y + BarHeight - 2}\">{Report.Significant(value)}×</text>\n");
    }

    private double Length(double value) => IsLogarithmic ? Math.Log(Math.Max(1, value)) : value;

    private static string Escape(string text) => SecurityElement.Escape(text);
}
