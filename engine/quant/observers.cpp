#include <algorithm>
#include <array>

#include "core/match.h"
#include "core/translatable.h"
#include "quant/observer.h"

namespace qs {

namespace {

using Keeps = ObserverDef::Keeps;

ObserverDef observer(std::string description, Keeps keeps, const char* choice) {
    ObserverDef def{std::move(description), keeps, *rangeChoices().find(choice), {}};
    if (keeps == Keeps::MovingExtremes) {
        def.parameters.push_back({kAveragingConstant,
                                  QT_TRANSLATE_NOOP("Engine", "share of the newest batch in the average"),
                                  0.01, 0.001, 1});
    }
    def.parameters.insert(def.parameters.end(), def.choice.parameters.begin(), def.choice.parameters.end());
    return def;
}

Registry<ObserverDef> makeObservers() {
    Registry<ObserverDef> all;
    all.add("min_max", observer(QT_TRANSLATE_NOOP("Engine", "from the least to the greatest number seen"),
                                Keeps::Extremes, "min_max"));
    all.add(
        "moving_average_min_max",
        observer(QT_TRANSLATE_NOOP("Engine", "moving averages of the batches' least and greatest numbers"),
                 Keeps::MovingExtremes, "min_max"));
    all.add("histogram", observer(QT_TRANSLATE_NOOP("Engine",
                                                    "PyTorch's histogram and search for the least "
                                                    "L2 error: cuts the tails until it grows"),
                                  Keeps::Histogram, "l2"));
    for (const char* choice : {"mse", "entropy", "percentile"}) {
        all.add(choice, observer(rangeChoices().find(choice)->description, Keeps::Histogram, choice));
    }
    all.add("fixed", observer(rangeChoices().find("fixed")->description, Keeps::Nothing, "fixed"));
    return all;
}

/// What PyTorch calls the observers of channels; here granularity says that.
struct Alias {
    std::string_view name;
    std::string_view observer;
};
constexpr std::array kAliases = {
    Alias{"per_channel_min_max", "min_max"},
    Alias{"moving_average_per_channel_min_max", "moving_average_min_max"},
};

}  // namespace

const Registry<ObserverDef>& observers() {
    static const Registry<ObserverDef> registry = makeObservers();
    return registry;
}

Result<ChosenObserver> findObserver(const TensorQConfig& config) {
    const auto alias = std::ranges::find(kAliases, config.observer, &Alias::name);
    const std::string name(alias == kAliases.end() ? config.observer : alias->observer);
    ChosenObserver chosen{observers().find(name), {}};
    if (!chosen.def) {
        return usageError("unknown observer '" + config.observer + "': there are " +
                          join(observers().names()));
    }
    QS_ASSIGN(chosen.parameters,
              completeParameters("observer '" + name + "'", chosen.def->parameters, config.parameters));
    if (chosen.def->choice.check) {
        QS_TRY(chosen.def->choice.check(chosen.parameters));
    }
    return chosen;
}

}  // namespace qs
