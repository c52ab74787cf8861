// Uses the types that openapi-typescript makes, with openapi-fetch: pages the log, appends an event, reads a timeline.
import createClient from "openapi-fetch";
import type { components, paths } from "./client/schema.js";

const client = createClient<paths, "application/json" | "application/problem+json">({
  baseUrl: process.env.ADDRESS,
  headers: { Authorization: `Bearer ${process.env.TOKEN}` },
});

// The ids of all events, two a page.
async function seen(): Promise<string[]> {
  const ids: string[] = [];
  let after: components["schemas"]["Events"]["next_after"] | undefined;
  while (true) {
    const { data, error } = await client.GET("/api/v1/events", { params: { query: { limit: 2, after } } });
    if (!data) throw new Error(error.detail);
    if (data.items.length === 0) return ids;
    ids.push(...data.items.map((event) => event.id));
    after = data.next_after;
  }
}

async function main(): Promise<void> {
  const before = await seen();
  const { data: receipt, error } = await client.POST("/api/v1/events", {
    body: {
      type: "development.reported",
      id: "generated",
      time: "2023-05-21T12:00:00Z",
      data: {
        front: "bakhmut",
        kind: "capture",
        title: "Bakhmut captured",
        occurred: "2023-05-20",
        account: { source: "ru-mod", stance: { occurrence: "asserts" } },
      },
    },
  });
  if (!receipt) throw new Error(error.detail);
  const query = { front: ["bakhmut"], min_position: `${receipt.position}-${receipt.epoch}` };
  const { data: timeline, error: refused } = await client.GET("/api/v1/timeline", { params: { query } });
  if (!timeline) throw new Error(refused.detail);
  const titles = timeline.items.map((item) => item.title);
  console.log(JSON.stringify({ before, after: await seen(), titles, version: receipt.version }));
}

main();
