#include "widgets/common/job_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

#include "widgets/common/format.h"

namespace qs {
namespace {

constexpr int kSteps = 1000;

}  // namespace

JobBar::JobBar(QWidget* parent)
    : QWidget(parent),
      text_(new QLabel(this)),
      progress_(new QProgressBar(this)),
      eta_(new QLabel(this)),
      cancel_(new QToolButton(this)),
      waiting_(new QToolButton(this)) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(4, 0, 4, 0);
    text_->setObjectName(QStringLiteral("jobText"));
    text_->setTextFormat(Qt::PlainText);
    text_->setMinimumWidth(10);
    progress_->setObjectName(QStringLiteral("jobProgress"));
    progress_->setFixedWidth(180);
    eta_->setObjectName(QStringLiteral("jobEta"));
    cancel_->setObjectName(QStringLiteral("jobCancel"));
    cancel_->setText(tr("Cancel"));
    cancel_->setToolTip(tr("Stop the running job. Nothing that was finished is lost."));
    layout->addWidget(text_, 1);
    layout->addWidget(progress_);
    layout->addWidget(eta_);
    layout->addWidget(cancel_);
    layout->addWidget(waiting_);
    waiting_->setObjectName(QStringLiteral("jobsWaiting"));
    waiting_->setAutoRaise(true);
    connect(waiting_, &QToolButton::clicked, this, &JobBar::queueRequested);
    connect(cancel_, &QToolButton::clicked, this, &JobBar::cancelRequested);
    // The status bar keeps its height, and the panels theirs, when a job begins.
    setMinimumHeight(cancel_->sizeHint().height());
    showIdle();
}

void JobBar::showJob(const QString& text, int64_t done, int64_t total, double etaSeconds, bool cancellable,
                     int waiting) {
    text_->setText(text);
    text_->setToolTip(text);
    progress_->setRange(0, total > 0 ? kSteps : 0);
    if (total > 0) {
        progress_->setValue(
            static_cast<int>(kSteps * static_cast<double>(done) / static_cast<double>(total)));
    }
    const QString left = format::eta(etaSeconds);
    eta_->setText(left.isEmpty() ? QString() : tr("%1 left").arg(left));
    cancel_->setEnabled(cancellable);
    waiting_->setText(QStringLiteral("+%1").arg(waiting));
    waiting_->setToolTip(tr("%n more job(s) wait: show them", nullptr, waiting));
    waiting_->setVisible(waiting > 0);
    progress_->show();
    eta_->show();
    cancel_->show();
}

void JobBar::showIdle(const QString& text) {
    text_->setText(text.isEmpty() ? tr("Ready") : text);
    text_->setToolTip({});
    progress_->hide();
    eta_->hide();
    cancel_->hide();
    waiting_->hide();
}

}  // namespace qs
