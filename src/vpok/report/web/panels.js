// What is below the timeline: selection, tables, histograms, configuration.

import { describe, element, showTime } from "./format.js";
import { colours, partitionColour } from "./theme.js";

/** Show what is selected. */
export function showSelection(root, data, item) {
  root.replaceChildren();
  if (!item) {
    root.append(element("p", "Click an item to see what it is.", "hint"));
    return;
  }
  const list = element("dl");
  for (const [word, value] of describe(data, item)) {
    list.append(element("dt", word), element("dd", value));
  }
  root.append(list);
}

/** A table of plain text; columns begin with where they are aligned. */
function tableOf({ columns, rows }) {
  const table = element("table");
  const head = element("tr");
  for (const column of columns) {
    head.append(
      element("th", column.slice(1), column[0] === ">" ? "right" : ""),
    );
  }
  const body = element("tbody");
  for (const row of rows) {
    const line = element("tr");
    row.forEach((cell, place) => {
      line.append(
        element("td", cell, columns[place][0] === ">" ? "right" : ""),
      );
    });
    body.append(line);
  }
  const top = element("thead");
  top.append(head);
  table.append(top, body);
  return table;
}

/** Show the summary's tables. */
export function showTables(root, data) {
  for (const table of data.tables) {
    const part = element("section");
    part.append(element("h3", table.title), tableOf(table));
    root.append(part);
  }
}

/** Show the configuration's text. */
export function showConfig(root, data) {
  if (data.config) root.append(element("pre", data.config));
  else
    root.append(element("p", "The system was not read from a file.", "hint"));
}

/** Show the histograms; uPlot draws them. */
export function showHistograms(root, data) {
  root.replaceChildren();
  if (!data.histograms.length) {
    root.append(
      element("p", "No interrupt was delivered, and no job was done.", "hint"),
    );
  }
  for (const each of data.histograms) {
    const card = element("section", undefined, "card");
    card.append(
      element("h3", each.title),
      element("p", statistics(each), "hint"),
    );
    root.append(card);
    draw(card, each);
  }
}

function statistics({ minimum, mean, p99, maximum, count, deadline }) {
  const parts = [
    `${count} times`,
    `min ${showTime(minimum)}`,
    `mean ${showTime(mean)}`,
    `p99 ${showTime(p99)}`,
    `max ${showTime(maximum)}`,
  ];
  if (deadline) parts.push(`deadline ${showTime(deadline)}`);
  return parts.join(" · ");
}

function draw(card, each) {
  const places = each.counts.map((_, at) => at);
  const axis = {
    stroke: colours.dim,
    grid: { stroke: colours.line, width: 1 },
    ticks: { stroke: colours.line, width: 1 },
    font: "11px system-ui",
  };
  new uPlot(
    {
      width: 380,
      height: 170,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: {
          time: false,
          range: () => [-0.5, Math.max(0.5, places.length - 0.5)],
        },
        y: { range: (_, low, high) => [0, high * 1.1] },
      },
      axes: [
        {
          ...axis,
          splits: () => marked(places.length),
          values: (_, at) => at.map((place) => showTime(each.edges[place])),
          grid: { show: false },
        },
        {
          ...axis,
          size: 54,
          values: (_, counts) =>
            counts.map((count) =>
              Number.isInteger(count) ? String(count) : "",
            ),
        },
      ],
      series: [
        {},
        {
          fill: partitionColour(each.partition),
          stroke: partitionColour(each.partition),
          width: 0,
          points: { show: false },
          paths: uPlot.paths.bars({ size: [0.9, 100] }),
        },
      ],
    },
    [places, each.counts],
    card,
  );
}

/** At most five bars of so many that are named. */
function marked(count) {
  if (count < 2) return [0];
  const step = Math.max(1, Math.floor((count - 1) / 4));
  const places = [];
  for (let at = 0; at < count; at += step) places.push(at);
  return places;
}
