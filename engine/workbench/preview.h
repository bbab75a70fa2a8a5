#pragma once

#include <memory>
#include <vector>

#include "core/result.h"
#include "protocol/messages.h"
#include "workbench/caches.h"

namespace qs {

/// The model under rules, all of which are usable. Safe from any thread.
Result<std::shared_ptr<const PreparedModel>> preparedBy(Caches& caches, const OpenedModel& opened,
                                                        const std::vector<protocol::Rule>& rules);

/// What rules make of each layer; see protocol::QConfigPreview. Safe from any thread.
Result<protocol::QConfigPreview> previewQConfigs(Caches& caches, const protocol::PreviewParams& params);

}  // namespace qs
