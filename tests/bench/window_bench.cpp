// The longest turn of the window's event loop for everything that a person does with a large project:
//
//   window_bench [VARIANTS [LAYERS]]     200 and 2,000 if not given

#include <fmt/format.h>

#include <QLocale>
#include <QStandardPaths>
#include <algorithm>
#include <cstdlib>

#include "support/turn_watch.h"
#include "support/window_scenario.h"

int main(int argc, char** argv) {
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM") && qEnvironmentVariableIsEmpty("DISPLAY")) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    qs::test::TurnWatch application(argc, argv);
    QApplication::setOrganizationName(QStringLiteral("QuantoscopeTests"));
    QStandardPaths::setTestModeEnabled(true);
    const int variants = argc > 1 ? std::atoi(argv[1]) : 200;
    const int layers = argc > 2 ? std::atoi(argv[2]) : 2000;
    fmt::print("{} variants, {} layers: the longest turn of the event loop, in milliseconds\n\n", variants,
               layers);
    fmt::print("{:<48} {:>9} {:>9}  {}\n", "", "processor", "clock", "longest event");
    double longest = 0;
    bool well = true;
    for (const auto& step : qs::test::WindowScenario(application, variants, layers).run()) {
        fmt::print("{:<48} {:>9.1f} {:>9.1f}  {}\n", step.name, step.longest.processor,
                   step.longest.milliseconds, step.longest.longest.toStdString());
        if (!step.failure.empty()) {
            fmt::print("    {}\n", step.failure);
            well = false;
        }
        longest = std::max(longest, step.longest.processor);
    }
    fmt::print("\nlongest: {:.1f} ms\n", longest);
    return well ? 0 : 1;
}
