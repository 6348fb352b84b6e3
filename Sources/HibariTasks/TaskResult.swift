import HibariReports
import HibariSupport

/// What came of a task: numbers for programs, figures and pictures for people.
struct TaskResult {
    /// One line under the title of the report.
    var subtitle: String
    /// The members of the JSON object: `test_accuracy`, `test_loss`, …
    var values: JSONObject
    /// The few numbers to see first.
    var figures: [SummaryFigure]
    /// The pictures that the task is about, before the curves of the training.
    var sections: [ReportSection]
    /// Where the data came from: names and values, with a hash.
    var data: [KeyValueTable.Row]
}
