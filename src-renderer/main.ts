import { createPinia } from 'pinia';
import { createApp } from 'vue';
import { z } from 'zod';
import App from './App.vue';
import { router } from './router';
import './styles/tokens.css';
import './styles/base.css';

// Without it zod tries to compile its schemas, which the content security policy forbids and reports.
z.config({ jitless: true });

createApp(App).use(createPinia()).use(router).mount('#app');
