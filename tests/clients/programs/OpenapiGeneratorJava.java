// Uses the client that openapi-generator makes for Java: pages the log, appends an event, reads a timeline.

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openapitools.client.ApiClient;
import org.openapitools.client.api.AppendApi;
import org.openapitools.client.api.EventsApi;
import org.openapitools.client.api.ReadsApi;
import org.openapitools.client.model.Account;
import org.openapitools.client.model.DevelopmentReported;
import org.openapitools.client.model.DevelopmentReportedData;
import org.openapitools.client.model.DevelopmentReportedDataOccurred;
import org.openapitools.client.model.Event;
import org.openapitools.client.model.Stances;

public class OpenapiGeneratorJava {
    static final ApiClient CLIENT = new ApiClient();

    // The ids of all events, two a page.
    static List<String> seen() throws Exception {
        var events = new EventsApi(CLIENT);
        var ids = new ArrayList<String>();
        var page = events.listEvents(EventsApi.APIListEventsRequest.newBuilder().limit(2L).build());
        while (!page.getItems().isEmpty()) {
            page.getItems().forEach(event -> ids.add(event.getId()));
            var next = EventsApi.APIListEventsRequest.newBuilder().limit(2L).after(page.getNextAfter()).build();
            page = events.listEvents(next);
        }
        return ids;
    }

    public static void main(String[] args) throws Exception {
        CLIENT.updateBaseUri(System.getenv("ADDRESS"));
        CLIENT.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + System.getenv("TOKEN")));
        var data = new DevelopmentReportedData()
            .front("bakhmut")
            .kind(DevelopmentReportedData.KindEnum.CAPTURE)
            .title("Bakhmut captured")
            .occurred(new DevelopmentReportedDataOccurred("2023-05-20"))
            .account(new Account().source("ru-mod").stance(new Stances().occurrence(Stances.OccurrenceEnum.ASSERTS)));
        var report = new DevelopmentReported()
            .type(DevelopmentReported.TypeEnum.DEVELOPMENT_REPORTED)
            .id("generated")
            .time("2023-05-21T12:00:00Z")
            .data(data);
        var before = seen();
        var receipt = new AppendApi(CLIENT)
            .appendEvents(AppendApi.APIAppendEventsRequest.newBuilder().event(new Event(report)).build());
        var timeline = new ReadsApi(CLIENT).getTimeline(
            ReadsApi.APIGetTimelineRequest.newBuilder().front(List.of("bakhmut")).minPosition(receipt.getPosition() + "-" + receipt.getEpoch()).build());
        var titles = timeline.getItems().stream().map(item -> item.getTitle()).toList();
        System.out.println(new ObjectMapper().writeValueAsString(
            Map.of("before", before, "after", seen(), "titles", titles, "version", receipt.getVersion())));
    }
}
