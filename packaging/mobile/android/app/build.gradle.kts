plugins {
    id("com.android.application")
    id("org.jetbrains.kotlin.android")
}

android {
    namespace = "org.quantoscope.classifier"
    compileSdk = {{android_compile_sdk}}

    defaultConfig {
        applicationId = "org.quantoscope.{{slug}}"
        minSdk = {{android_min_sdk}}
        targetSdk = {{android_target_sdk}}
        versionCode = 1
        versionName = "1.0"
        val inKotlin = providers.gradleProperty("classifier").getOrElse("kotlin") == "kotlin"
        buildConfigField("boolean", "CLASSIFIER_IN_KOTLIN", inKotlin.toString())
    }

    buildFeatures {
        buildConfig = true
    }
    androidResources {
        noCompress += "ptl"
    }
    packaging {
        // Both PyTorch and the JNI helper that it uses bring the C++ runtime.
        jniLibs.pickFirsts += "**/libc++_shared.so"
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_{{java}}
        targetCompatibility = JavaVersion.VERSION_{{java}}
    }
    kotlinOptions {
        jvmTarget = "{{java}}"
    }
}

dependencies {
    implementation("androidx.activity:activity-ktx:{{androidx_activity}}")
    implementation("androidx.core:core-ktx:{{androidx_core}}")
    implementation("org.pytorch:pytorch_android_lite:{{pytorch_android}}")
}
