import { HttpService } from '@nestjs/axios';
import { Module, type DynamicModule } from '@nestjs/common';
import { createAxios } from '../../sdk/http-axios.ts';
import { EGRESS_OPTIONS, EgressHttp, HTTP_CLIENT, type EgressOptions } from './egress-http.ts';

/**
 * The way out, everywhere: the guarded `HTTP_CLIENT`, and Nest's `HttpService` over it for controllers and services
 * that plugins bring.
 */
@Module({})
export class EgressModule {
  static forRoot(options: EgressOptions): DynamicModule {
    return {
      module: EgressModule,
      global: true,
      providers: [
        EgressHttp,
        { provide: EGRESS_OPTIONS, useValue: options },
        { provide: HTTP_CLIENT, useFactory: ({ client }: EgressHttp) => client, inject: [EgressHttp] },
        {
          provide: HttpService,
          useFactory: async ({ client }: EgressHttp) => new HttpService(await createAxios(client)),
          inject: [EgressHttp],
        },
      ],
      exports: [EgressHttp, HTTP_CLIENT, HttpService],
    };
  }
}
