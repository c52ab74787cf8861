// Uses the client that openapi-generator makes for Go: pages the log, appends an event, reads a timeline.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	timeline "conflicttimeline"
)

// The ids of all events, two a page.
func seen(client *timeline.APIClient) []string {
	ids := []string{}
	page, _, err := client.EventsAPI.ListEvents(context.Background()).Limit(2).Execute()
	for ; err == nil && len(page.Items) > 0; page, _, err = client.EventsAPI.ListEvents(context.Background()).Limit(2).After(page.NextAfter).Execute() {
		for _, event := range page.Items {
			ids = append(ids, event.Id)
		}
	}
	failWith(err)
	return ids
}

func failWith(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	configuration := timeline.NewConfiguration()
	configuration.Servers = timeline.ServerConfigurations{{URL: os.Getenv("ADDRESS")}}
	client := timeline.NewAPIClient(configuration)
	writing := context.WithValue(context.Background(), timeline.ContextAccessToken, os.Getenv("TOKEN"))

	date, asserts := "2023-05-20", "asserts"
	data := timeline.NewDevelopmentReportedDataWithDefaults()
	data.SetFront("bakhmut")
	data.SetKind("capture")
	data.SetTitle("Bakhmut captured")
	data.SetOccurred(timeline.DevelopmentReportedDataOccurred{String: &date})
	data.SetAccount(*timeline.NewAccount("ru-mod", timeline.Stances{Occurrence: &asserts}))
	report := timeline.NewDevelopmentReported("development.reported", *data)
	report.SetId("generated")
	report.SetTime("2023-05-21T12:00:00Z")
	before := seen(client)
	receipt, _, err := client.AppendAPI.AppendEvents(writing).Event(timeline.DevelopmentReportedAsEvent(report)).Execute()
	failWith(err)
	read := client.ReadsAPI.GetTimeline(context.Background()).Front([]string{"bakhmut"}).MinPosition(fmt.Sprintf("%d-%s", receipt.GetPosition(), receipt.GetEpoch()))
	page, _, err := read.Execute()
	failWith(err)
	titles := []string{}
	for _, item := range page.Items {
		titles = append(titles, item.GetTitle())
	}
	answer := map[string]any{"before": before, "after": seen(client), "titles": titles, "version": receipt.GetVersion()}
	failWith(json.NewEncoder(os.Stdout).Encode(answer))
}
