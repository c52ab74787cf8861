// Uses the client that openapi-generator makes for TypeScript: pages the log, appends an event, reads a timeline.
import { AppendApi, Configuration, EventsApi, ReadsApi } from "./client/index.js";

const configuration = new Configuration({ basePath: process.env.ADDRESS, accessToken: process.env.TOKEN });

// The ids of all events, two a page.
async function seen(): Promise<string[]> {
  const events = new EventsApi(configuration);
  const ids: string[] = [];
  let page = await events.listEvents({ limit: 2 });
  while (page.items.length > 0) {
    ids.push(...page.items.map((event) => event.id));
    page = await events.listEvents({ limit: 2, after: page.nextAfter });
  }
  return ids;
}

async function main(): Promise<void> {
  const before = await seen();
  const receipt = await new AppendApi(configuration).appendEvents({
    event: {
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
  const timeline = await new ReadsApi(configuration).getTimeline({ front: ["bakhmut"], minPosition: `${receipt.position}-${receipt.epoch}` });
  const titles = timeline.items.map((item) => item.title);
  console.log(JSON.stringify({ before, after: await seen(), titles, version: receipt.version }));
}

main();
