plugins {
    id("com.android.application") version "{{android_gradle_plugin}}" apply false
    id("org.jetbrains.kotlin.android") version "{{kotlin}}" apply false
}
